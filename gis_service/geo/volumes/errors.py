"""Refusals of an estimate: what is wrong, with which holes, and what to do; in Chinese and in English."""


class CannotEstimate(ValueError):
    """No honest volume can be told from this; `zh` and `en` say why and what to do, `facts` name the holes."""

    def __init__(self, code: str, zh: str, en: str, **facts: object) -> None:
        super().__init__(en)
        self.code, self.zh, self.en, self.facts = f"volume.{code}", zh, en, facts
