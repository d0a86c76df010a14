"""Tickets: one table, whatever holds it, and the few small frames that a month's figures are made from.

The only room that knows the engine (Ibis). Nothing is imported here: who needs no engine waits for none.

    schema    the columns of a ticket, and what a report names as its source
    files     what lies in data/tickets, told without reading a ticket
    sources   one way to ask wherever tickets are, and one to say what went wrong; source_* are the engines
    columns   a column as the ticket table has it, whatever type its source gives it
    table_digest   whether a table holds what it held
    read      a month of tickets as one checked table
    rules     what refuses a month, and what it is warned about
    quality   how good a month's data are
    scan      a month's frames, kept under the fingerprint of what they were made from
    single    single tickets: the ids behind a figure
    leads     single tickets that a spot check should look at next
"""
