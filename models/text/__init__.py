"""Rules of text: names, addresses, languages, and how they are compared."""
