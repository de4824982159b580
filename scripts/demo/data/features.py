"""The features of a flight, known at the moment it leaves the gate."""

import numpy as np
import pandas as pd

FEATURES = [
    "dep_hour",
    "weekday",
    "distance",
    "departures_1h",
    "late_share_3h",
    "origin_late_day",
    "dest_late_day",
]
KEYS = ["id", "date", "origin", "destination", "delay"]
LATE_MINUTES = 15
AIRPORT_SPAN = 1e7  # minutes between two airports on one time line: more than the data covers


def add_features(flights: pd.DataFrame) -> pd.DataFrame:
    """Flights in order of departure, with their label `late` and FEATURES. The first day has no day before it."""
    flights = flights.reset_index(drop=True)
    date = flights["date"]
    start = date.iloc[0].normalize()
    minutes = ((date - start) / pd.Timedelta(minutes=1)).to_numpy()
    flights["id"] = flights.index
    flights["late"] = (flights["delay"] >= LATE_MINUTES).astype("int64")
    flights["dep_hour"] = date.dt.hour + date.dt.minute / 60
    flights["weekday"] = date.dt.weekday.astype("int64")
    flights["departures_1h"], flights["late_share_3h"] = recent(flights, minutes)
    day = (minutes - 4 * 60) // (24 * 60)  # an operating day starts at 04:00
    daily = flights.groupby(["origin", day])["late"].agg(["sum", "count"])
    flights["origin_late_day"] = late_on(daily, flights["origin"], day - 1)
    flights["dest_late_day"] = late_on(daily, flights["destination"], day - 1)
    kept = flights[date >= start + pd.Timedelta(days=1)]
    return kept[KEYS + FEATURES + ["late"]]


def recent(flights: pd.DataFrame, minutes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Departures of the origin in the last hour, and how late its flights of the last three hours landed."""
    airport = pd.factorize(flights["origin"])[0] * AIRPORT_SPAN
    departure = airport + minutes
    departed = np.sort(departure)
    departures_1h = np.searchsorted(departed, departure) - np.searchsorted(departed, departure - 60)
    landing = departure + 40 + flights["distance"].to_numpy() / 7.5  # an estimate: no label is known before it
    order = np.argsort(landing, kind="stable")
    late_before = np.concatenate([[0], np.cumsum(flights["late"].to_numpy()[order])])
    first = np.searchsorted(landing[order], departure - 180)
    last = np.searchsorted(landing[order], departure)
    late_share_3h = (late_before[last] - late_before[first] + 1) / (last - first + 5)
    return departures_1h, late_share_3h


def late_on(daily: pd.DataFrame, airport: pd.Series, day: np.ndarray) -> np.ndarray:
    """The share of an airport's flights that were late on a day, drawn towards 20 % where there were few."""
    found = daily.reindex(pd.MultiIndex.from_arrays([airport, day])).fillna(0)
    return ((found["sum"] + 4) / (found["count"] + 20)).to_numpy()
