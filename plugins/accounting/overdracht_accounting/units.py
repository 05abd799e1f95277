"""Units of quantity: what books call them, and the code that an electronic invoice wants (UN/ECE Recommendation 20)."""

ONE = "C62"

_CODES = {
    "HUR": "uur uren u hour hours hr hrs h",
    "MIN": "minuut minuten min minute minutes",
    "DAY": "dag dagen day days",
    "WEE": "week weken weeks",
    "MON": "maand maanden mnd month months",
    "ANN": "jaar jaren jr year years",
    "KMT": "km kilometer kilometers kilometre kilometres",
    "MTR": "m meter meters metre metres",
    "KGM": "kg kilo kilogram kilograms",
    "LTR": "l liter liters litre litres",
}
_BY_WORD = {word: code for code, words in _CODES.items() for word in words.split()}


def unit_code(unit: str) -> str:
    """Return the code of *unit*; what is not a known measure is counted in pieces."""
    return _BY_WORD.get(unit.strip(" .").lower(), ONE)
