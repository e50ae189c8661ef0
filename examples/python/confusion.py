"""A confusion matrix as a table of text."""


def print_confusion(matrix):
    print("truth \\ predicted" + "".join(f"{column:6d}" for column in range(len(matrix))))
    for number, row in enumerate(matrix):
        print(f"{number:17d}" + "".join(f"{count:6.0f}" if count else "     ." for count in row))
