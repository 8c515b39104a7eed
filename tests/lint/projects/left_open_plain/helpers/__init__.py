from .work import scrape as gathered
