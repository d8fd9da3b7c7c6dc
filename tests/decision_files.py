"""One decision file in each version of DMN: a table, contexts, a call, a function, a relation, and their drawing."""

from pathlib import Path

DATES = {"1.2": "20180521", "1.3": "20191111", "1.4": "20211108", "1.5": "20230324"}
_FILE = Path(__file__).with_name("prices.dmn")
_OF_1_3 = f"https://www.omg.org/spec/DMN/{DATES['1.3']}/"


def space(version: str) -> str:
    """Return how the OMG begins the namespaces of a version."""
    return f"{'http' if version == '1.2' else 'https'}://www.omg.org/spec/DMN/{DATES[version]}/"


def price_file(version: str, extra: str = "") -> bytes:
    """Return the file; ``extra`` is put among its decisions."""
    text = _FILE.read_text("utf-8").replace("\n  <dmndi:DMNDI>", f"{extra}\n  <dmndi:DMNDI>")
    return text.replace(_OF_1_3, space(version)).encode()


CONDITIONAL = """
  <decision id="later" name="Later"><variable id="v9" name="later"/>
    <conditional id="k1"><if><literalExpression id="l9"><text>true</text></literalExpression></if>
      <then><literalExpression id="l10"><text>1</text></literalExpression></then>
      <else><literalExpression id="l11"><text>2</text></literalExpression></else></conditional>
  </decision>"""
