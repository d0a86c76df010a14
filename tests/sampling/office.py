"""LibreOffice as a checker: opens a workbook, types answers into the cells that are not locked, and saves it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_MACRO = """
Sub Fill(book As String, answers As String)
    Dim how(0) As New com.sun.star.beans.PropertyValue
    how(0).Name = "Hidden" : how(0).Value = True
    doc = StarDesktop.loadComponentFromURL(ConvertToURL(book), "_blank", 0, how())
    number = FreeFile
    Open answers For Input As #number
    Do While Not Eof(number)
        Line Input #number, text
        given = Split(text, ";")
        sheet = doc.Sheets.getByName(given(0))
        For row = 3 To 400
            name = sheet.getCellByPosition(IIf(sheet.getCellByPosition(0, 2).String = "拨测号", 0, 1), row).String
            If name = given(1) Then
                For at = 2 To UBound(given)
                    pair = Split(given(at), "=")
                    For column = 0 To 30
                        If sheet.getCellByPosition(column, 2).String = pair(0) Then
                            sheet.getCellByPosition(column, row).String = pair(1)
                        End If
                    Next column
                Next at
            End If
        Next row
    Loop
    Close #number
    Dim kind(0) As New com.sun.star.beans.PropertyValue
    kind(0).Name = "FilterName" : kind(0).Value = "Calc MS Excel 2007 XML"
    doc.storeToURL(ConvertToURL(book), kind())
    doc.close(True)
End Sub
"""
_XBA = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">\n'
    '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Desk" script:language="StarBasic">'
    "{}</script:module>"
)
_LIBRARY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">\n'
    '<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" '
    'library:passwordprotected="false"><library:element library:name="Desk"/></library:library>'
)


def works(folder: Path) -> bool:
    """Whether this machine has LibreOffice with Calc. folder: for the program's own files."""
    if shutil.which("soffice") is None:
        return False
    folder.mkdir(exist_ok=True)
    (folder / "try.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    _soffice(folder, "--convert-to", "xlsx", "--outdir", str(folder), str(folder / "try.csv"))
    return (folder / "try.xlsx").exists()


def _soffice(folder: Path, *arguments: str) -> None:
    profile = (folder / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--norestore", *arguments]
    subprocess.run(command, capture_output=True, timeout=180, check=True)


def fill(book: Path, answers: Sequence[tuple[str, str, Mapping[str, str]]], folder: Path) -> None:
    """Types (sheet, number, answers by head) into a workbook and saves it. folder: of which ``works`` was asked."""
    basic = folder / "profile" / "user" / "basic" / "Standard"
    basic.mkdir(parents=True, exist_ok=True)
    (basic / "Desk.xba").write_text(_XBA.format(_MACRO.replace("&", "&amp;").replace("<", "&lt;")), encoding="utf-8")
    (basic / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
    lines = [
        ";".join([sheet, name, *(f"{head}={word}" for head, word in said.items())]) for sheet, name, said in answers
    ]
    (folder / "answers.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    _soffice(folder, f'macro:///Standard.Desk.Fill("{book}","{folder / "answers.txt"}")')
