"""The month in the forms that others open: a workbook, a document, a mail."""
