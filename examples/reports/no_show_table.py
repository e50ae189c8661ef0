"""The no-show table as numbers: what is known of an appointment before it happens, never what comes later."""

import csv
import gzip
import pathlib

import numpy as np

PATHS = ("no-show/KaggleV2-May-2016.csv", "no-show/KaggleV2-May-2016.csv.gz")
FLAGS = ("Scholarship", "Hipertension", "Diabetes", "Alcoholism", "Handcap", "SMS_received")
PLAIN = 11  # the first columns of features(): what the table itself holds, and the days between its two dates
HISTORY = slice(11, 17)  # the columns of history()


def read(folder):
    """Returns the columns of the file by name, as texts."""
    path = next(path for path in (pathlib.Path(folder, name) for name in PATHS) if path.is_file())
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return dict(zip(rows[0], np.array(rows[1:]).T))


def features(table):
    """Returns X [rows x features], float32; y [rows], 1 who did not come; the patient of each row."""
    y = (table["No-show"] == "Yes").astype(np.int64)
    _, patient = np.unique(table["PatientId"], return_inverse=True)
    booked = np.char.rstrip(table["ScheduledDay"], "Z").astype("datetime64[s]")
    booking_day = booked.astype("datetime64[D]").astype(np.int64)
    day = np.array([text[:10] for text in table["AppointmentDay"]], "datetime64[D]").astype(np.int64)
    waiting = np.maximum(day - booking_day, 0)
    age = np.maximum(table["Age"].astype(float), 0)
    plain = [table[name].astype(float) for name in FLAGS]
    plain += [table["Gender"] == "M", age, waiting, (day + 3) % 7, (booking_day + 3) % 7]  # Monday is 0
    hour = (booked - booked.astype("datetime64[D]")).astype(np.int64) / 3600
    past = history(patient, booking_day, day, booked, y)
    more = [*past, np.log1p(waiting), waiting == 0, hour, np.maximum(0, 1 - age / 3)]
    groups = [(day + 3) % 7, (booking_day + 3) % 7, np.minimum(waiting // 7, 9), np.minimum(waiting, 8)]
    groups += [np.minimum(age // 6, 14), np.unique(table["Neighbourhood"], return_inverse=True)[1]]
    columns = [*plain, *more, *(column for group in groups for column in one_hot(group))]
    return np.stack(columns, axis=1).astype(np.float32), y, patient


def one_hot(group):
    """Returns a column of zeros and ones for each value of a group."""
    return [group == value for value in np.unique(group)]


def history(patient, booking_day, day, booked, y):
    """Returns what the clinic knows of the patient on the day of booking.

    Columns: earlier appointments that had taken place before that day, how many and what share of those the patient
    missed, whether the last was missed; appointments booked before this one, still to come; those for the same day.
    """
    columns = np.zeros((6, len(y)))
    order = np.lexsort((booked, patient))
    for rows in np.split(order, np.flatnonzero(np.diff(patient[order])) + 1):
        if len(rows) == 1:
            continue
        for place, row in enumerate(rows):
            past = rows[day[rows] < booking_day[row]]
            missed = y[past].sum()
            last = y[past[np.argmax(day[past])]] if len(past) else 0
            open_ones = rows[:place][day[rows[:place]] >= booking_day[row]]
            same_day = (day[open_ones] == day[row]).sum()
            columns[:, row] = (len(past), missed, missed / (len(past) + 2), last, len(open_ones), same_day)
    columns[[0, 1, 4, 5]] = np.log1p(columns[[0, 1, 4, 5]])
    return columns
