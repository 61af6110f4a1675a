"""Errors that are told to a person in the language they read."""

from config.language import Language


class ToldError(Exception):
    """As a string it is English; the words are marked with N_ where it is raised."""

    def __init__(self, words: str, **places: object) -> None:
        super().__init__(words.format(**places))
        self.words = words
        self.places = places

    def said(self, language: Language) -> str:
        return language.gettext(self.words).format(**self.places)
