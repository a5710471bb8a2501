"""The figures as people read them: a page, spreadsheets, a terminal."""
