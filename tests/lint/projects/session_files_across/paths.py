from pathlib import Path

SESSION = "alerts.session"
FOLDER = Path("sessions")
