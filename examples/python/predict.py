"""Loads a saved network and classifies digits with it; nothing is learnt here.

    predict.py [MODEL [DATA [ROW...]]]

Default: build/digits.safetensors examples/data/digits.u8 and five digits that digits.py held out. For other digits name
their rows, 0 to 1796. Prints exactly what the C program examples/c/predict.c prints.
"""

import sys

import nnswift

from digits_file import classify, draw, read_digits


# The first five rows held out by digits.py: its split depends on its seed alone.
HELD_OUT = ("9", "10", "12", "17", "18")


def main(model_path="build/digits.safetensors", data="examples/data/digits.u8", *rows):
    model = nnswift.load(model_path)
    pixels, labels = read_digits(data)
    for text in rows or HELD_OUT:
        if not text.isdecimal() or int(text) >= len(labels):
            print(f'a row must be a number from 0 to {len(labels) - 1}, got "{text}"', file=sys.stderr)
            return 1
        draw(pixels[int(text)])
        classify(model, pixels, labels, int(text))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
