from signal import SIGKILL
