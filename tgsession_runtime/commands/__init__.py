"""One file per command of `tgsession-guard`; each is loaded only when it is called."""
