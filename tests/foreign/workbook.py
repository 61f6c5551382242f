"""Workbooks and encoded tables as planners have them: titles, merged cells, days, formulas, errors, texts for numbers.

Written by openpyxl, xlwt and LibreOffice; `openpyxl.xlsx` has formulas without results, which LibreOffice computes when it
converts it.
"""

import csv
import datetime
import pathlib
import subprocess
import sys
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import xlwt

OUT = pathlib.Path(sys.argv[1])


def convert(source, ending, target):
    """LibreOffice writes `source` in another format as `target`."""
    # A profile of its own: another LibreOffice may run.
    made = OUT / "made"
    profile = f"-env:UserInstallation=file://{OUT.resolve()}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", str(made), str(source)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (made / f"{source.stem}.{ending.split(':')[0]}").rename(OUT / target)


# A table under a merged title, with a header of two rows, street names merged down, and notes below.
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "幼儿园"
sheet.append(["金州区幼儿园一览表"])
sheet.append(["填报单位：教育局", None, None, None, None, None, "单位：人"])
sheet.append(["街道", "代码", "名称", "坐标", None, "办学性质", "核定学位", "在园\n幼儿数", "启用日期", "达标率", "班额", "经费"])
sheet.append([None, None, None, "经度", "纬度", None, None, None, None, None, None, None])
rows = [
    ["光明街道", 210213001001, "一幼", 121.55, 39.05, "公办", 90, "１２０", datetime.date(2015, 9, 1), 0.95, "=G5/3", 1500.5],
    [None, 210213001002, "二幼", 121.56, 39.06, "民办", "1,180", 95, datetime.datetime(2018, 9, 1), 1, "=G5/0", 0.1],
    ["站前街道", 210213002001, "三幼", 121.57, 39.07, "公办", 60, None, "2019.9.1", None, "=NA()", -3],
]
for row in rows:
    sheet.append(row)
sheet.append(["注：不含托育机构"])
sheet.append(["制表人：张三", None, "审核人：李四"])
for merged in ["A1:L1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "G3:G4", "H3:H4", "I3:I4", "J3:J4", "K3:K4", "L3:L4"]:
    sheet.merge_cells(merged)
sheet.merge_cells("A5:A6")
for row in range(5, 8):
    sheet.cell(row, 9).number_format = 'yyyy"年"m"月"d"日"'
    sheet.cell(row, 10).number_format = "0.0%"
    sheet.cell(row, 12).number_format = '¥#,##0.00;[Red]-¥#,##0.00'
book.create_sheet("空表")
people = book.create_sheet("人口")
people.append(["代码", "常住人口"])
people.append([210213001, 4000])
hidden = book.create_sheet("字典")
hidden.append(["代码", "名称"])
hidden.append(["1", "公办"])
hidden.sheet_state = "hidden"
book.save(OUT / "openpyxl.xlsx")
for ending in ["xlsx", "xls", "ods"]:
    convert(OUT / "openpyxl.xlsx", ending, f"libreoffice.{ending}")

# The same with a password.
with open(OUT / "openpyxl.xlsx", "rb") as plain, open(OUT / "locked.xlsx", "wb") as locked:
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("secret", locked)

# Days from 1904, as spreadsheets of the Macintosh have them.
book = openpyxl.Workbook()
book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
book.active.append(["名称", "启用日期"])
book.active.append(["一幼", datetime.date(2020, 9, 1)])
book.save(OUT / "days1904.xlsx")

# Two cells as far apart as a sheet is wide and long.
book = openpyxl.Workbook()
book.active["A1"] = "名称"
book.active["XFD1048576"] = "x"
book.save(OUT / "far.xlsx")

# A sheet of which one part unpacks to more than a gigabyte.
with zipfile.ZipFile(OUT / "far.xlsx") as source, zipfile.ZipFile(OUT / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
    for part in source.namelist():
        if part != "xl/worksheets/sheet1.xml":
            bomb.writestr(part, source.read(part))
    with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
        part.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">')
        for _ in range(1100):
            part.write(b" " * (1 << 20))
        part.write(b'<c r="A1"><v>1</v></c></row></sheetData></worksheet>')

# XLS of another writer: more texts than one record holds, numbers of all sizes, merged cells, days.
book = xlwt.Workbook(encoding="utf-8")
sheet = book.add_sheet("学校")
day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
for column, header in enumerate(["街道", "代码", "名称", "启用日期", "学位", "达标率"]):
    sheet.write(0, column, header)
for row in range(1, 3001):
    sheet.write(row, 1, 210213000000 + row)
    sheet.write(row, 2, f"第{row}小学 No. {row} " + "长" * (row % 50))
    sheet.write(row, 3, datetime.date(2020, 1, 1) + datetime.timedelta(days=row), day)
    sheet.write(row, 4, row % 7)
    sheet.write(row, 5, row / 8)
sheet.write_merge(1, 3000, 0, 0, "光明街道")
book.save(OUT / "xlwt.xls")

# Tables of text in the encodings of Chinese programs.
simplified = [["名称", "街道", "备注"], ["一幼", "光明街道", "分两处：\n东、西"], ["二幼", "登沙河街道", 'a,"b"']]
traditional = [["名稱", "街道", "備註"], ["一幼", "中正區", "分兩處：\n東、西"], ["二幼", "南港區", 'a,"b"']]
for name, encoding, rows, separator in [
    ("gb18030.csv", "gb18030", simplified, ","),
    ("gbk.txt", "gbk", simplified, "\t"),
    ("utf-8-sig.csv", "utf-8-sig", simplified, ","),
    ("utf-16.csv", "utf-16", simplified, "\t"),
    ("utf-16-be.csv", "utf-16-be", simplified, ";"),
    ("big5.csv", "big5", traditional, ","),
    ("gb18030.tsv", "gb18030", simplified, "\t"),
]:
    with open(OUT / name, "w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)

# Tables of the small study of the tests (tests/support) on the sheets of one workbook, each under a title.
book = openpyxl.Workbook()
book.remove(book.active)
for name, rows in [
    ("villages", [
        ["代码/code", "名称/name", "上级代码/parent", "经度/lon", "纬度/lat", "类型/kind"],
        ["V1", "东村", "S1", 121.03, 39.05, "村"],
        ["V2", "西村", "S1", 121.07, 39.05, "村"],
        ["V3", "东村", "S2", 121.15, 39.05, "社区"],
    ]),
    ("people", [
        ["area-code", "area-name", "常住人口", "children-3-5"],
        ["V1", "东村", 4000, 120],
        ["V2", "西村", "1,500", "４０"],
        ["V3", "东村", 9000, 300],
    ]),
    ("kindergartens", [
        ["code", "name", "area-code", "area-name", "lon", "lat", "ownership", "form", "serves", "capacity", "opened", "largest-class"],
        ["K1", "一幼", "V1", "东村", 121.031, 39.051, "公办", "独立", None, 90, datetime.date(2015, 9, 1), 34],
        ["K2", "二幼", "V3", "东村", 121.151, 39.052, "民办", "独立", None, 180, datetime.date(2018, 9, 1), 41],
        ["K3", "三幼", "V2", "西村", 121.070, 39.049, "公办", "联合", "V1;V2", None, datetime.date(2019, 9, 1), None],
    ]),
]:
    sheet = book.create_sheet(name)
    sheet.append([f"{name} 2020"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(rows[0]))
    for row in rows:
        sheet.append(row)
book.save(OUT / "small.xlsx")
for ending in ["xls", "ods"]:
    convert(OUT / "small.xlsx", ending, f"small.{ending}")
