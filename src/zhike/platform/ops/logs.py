"""Log lines as JSON, each with the id of the operation it belongs to."""

from logging import LogRecord
from typing import Any

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from zhike.platform import operation


class JsonFormatter(BaseJsonFormatter):
    """One object a line: time, level, logger, message, operation, and whatever `extra` holds."""

    def add_fields(self, log_data: dict[str, Any], record: LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data["time"] = self.formatTime(record)
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["operation"] = str(operation.current())
