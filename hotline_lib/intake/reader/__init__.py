"""Other systems' files, read in a process of their own: what is in them comes out as rows of text, or as a problem.

files     what a file really is, whatever its name says, and whether it is safe to open
books     workbooks, after a look at the cells that are used
markup    web pages and XML that call themselves .xls
texts     text files of any encoding, and Parquet
headings  which row names the columns, and what they may be called
sift      what each row is: title, header, ticket, total or blank; none is lost
process   the process that runs all this, and may die of it

Nothing here knows params/ or words: a problem is a rule and its place, and only ticket columns leave the process.
"""
