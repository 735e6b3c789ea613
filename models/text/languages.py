"""The languages of the catalogue's texts."""

FALLBACK = "en"
LANGUAGES = (FALLBACK, "fr")


def language_of(locale: str) -> str:
    """The language for a reader's locale, a BCP 47 tag; English where it is none of them, or empty."""
    language = locale.split("-", maxsplit=1)[0]
    return language if language in LANGUAGES else FALLBACK


def language_sql(locale: str) -> str:
    """The same as SQL, for an expression whose value is a locale or null."""
    known = " ".join(f"WHEN '{language}' THEN '{language}'" for language in LANGUAGES if language != FALLBACK)
    return f"CASE split_part({locale}, '-', 1) {known} ELSE '{FALLBACK}' END"
