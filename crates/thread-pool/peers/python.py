"""ThreadPoolExecutor and as_completed over requests: download files, as they land."""
