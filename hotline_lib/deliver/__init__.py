"""The month in the forms that others open: a workbook; later a document and a mail."""
