TELEGRAM = {"session": "site", "api_id": 1, "api_hash": "hash"}
