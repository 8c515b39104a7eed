SESSION = "production"
