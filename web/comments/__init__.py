"""Comments on visits and requests: writing with mentions and files, changing, taking back, the timeline's filter."""
