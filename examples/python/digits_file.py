"""The 8x8 digits of examples/data/digits.u8, and how one is shown."""

import numpy as np

PIXELS = 64
CLASSES = 10
INK = 16


def read_digits(path):
    """Returns pixels [rows x 64], 0 (paper) to 16 (ink), and labels [rows], both views of the same bytes."""
    records = np.fromfile(path, dtype=np.uint8)
    if records.size == 0 or records.size % (PIXELS + 1):
        raise SystemExit(f"{path}: the file must consist of records of 65 bytes; is this the file digits.u8?")
    records = records.reshape(-1, PIXELS + 1)
    pixels, labels = records[:, :PIXELS], records[:, PIXELS]
    if pixels.max() > INK or labels.max() >= CLASSES:
        raise SystemExit(f"{path}: pixels must be 0 to 16 and labels 0 to 9; is this the file digits.u8?")
    return pixels, labels


def draw(pixels):
    """Draws one digit, two characters a pixel, so that it looks square."""
    shades = " .:-=+*#%@"
    for line in pixels.reshape(8, 8):
        print("    |" + "".join(2 * shades[int(value) * 9 // INK] for value in line) + "|")


def classify(model, pixels, labels, row):
    """Classifies one digit and prints a line that begins with "digit", the same in every process and language."""
    one = pixels[row : row + 1]
    label = int(model.predict(one, kind="label")[0])
    probabilities = model.predict(one, kind="proba")[0]
    numbers = " ".join(f"{float(value):.9g}" for value in probabilities)
    print(f"digit {row}: truth {labels[row]}, predicted {label}, probabilities {numbers}")
