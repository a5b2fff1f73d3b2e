"""How the validator makes a trusted key of a text: hex digits stay what they are, anything else is the path of a file."""

from pathlib import Path
from typing import Annotated, Any

from edge.data.keys import WRITTEN, TrustedKeyError, of_text


class _Written:
    """The daemon, which has no validator, never comes here."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> Any:  # noqa: ANN401 - pydantic's own
        from pydantic_core import PydanticCustomError, core_schema

        def read(text: str) -> str | Path:
            if WRITTEN.fullmatch(text) is None:
                return Path(text)
            try:
                of_text(text)
            except TrustedKeyError as error:
                raise PydanticCustomError("key", "{says}", {"says": str(error)}) from None
            return text

        return core_schema.no_info_after_validator_function(read, core_schema.str_schema(min_length=1))


WrittenKey = Annotated[str | Path, _Written()]
