"""Loads a saved network and classifies digits with it; nothing is learnt here.

    predict.py MODEL DATA ROW...     for example: predict.py build/digits.safetensors examples/data/digits.u8 0 1 1796

Prints exactly what the C program examples/c/predict.c prints.
"""

import sys

import nnswift

from digits_file import classify, draw, read_digits


def main(arguments):
    if len(arguments) < 3:
        print("usage: predict.py MODEL DATA ROW...", file=sys.stderr)
        return 2
    model = nnswift.load(arguments[0])
    pixels, labels = read_digits(arguments[1])
    for text in arguments[2:]:
        if not text.isdecimal() or int(text) >= len(labels):
            print(f'a row must be a number from 0 to {len(labels) - 1}, got "{text}"', file=sys.stderr)
            return 1
        draw(pixels[int(text)])
        classify(model, pixels, labels, int(text))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
