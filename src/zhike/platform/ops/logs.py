"""Log lines as JSON, each with the id of the operation it belongs to."""

from datetime import UTC, datetime
from logging import LogRecord
from typing import Any

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from zhike.platform import operation
from zhike.platform.db.config import process_name


class JsonFormatter(BaseJsonFormatter):
    """One object a line: time, level, logger, process, message, the operation that runs, and whatever `extra` holds."""

    def add_fields(self, log_data: dict[str, Any], record: LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["process"] = process_name()
        running = operation.running()
        if running is not None:
            log_data["operation"] = str(running)
