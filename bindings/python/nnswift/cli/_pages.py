"""What --help says before and behind the lists of options."""

COMMAND = """\
Learns from a table, and predicts: texts, numbers, dates and gaps go in as they are."""

COMMAND_END = """\
from a file to predictions:
  nnswift train customers.csv --target churn --out churn.safetensors
  nnswift predict churn.safetensors new.csv > predictions.csv

  nnswift COMMAND --help    explains a command, with examples

exit status: 0 done; 1 refused, stderr says why; 2 the command line is wrong; 130 Ctrl-C;
141 the reader of a pipe has gone. Results go to stdout, everything else to stderr."""

TRAIN = """\
Every column but the target is an input: numbers, texts, and dates such as 2024-05-31 are told
apart by themselves. Texts and up to 10 different whole numbers in the target are classes, other
numbers are predicted as numbers. Some rows (--test) are kept apart for honest figures, and a fifth
of the rest chooses the best epoch and the threshold. The file has all that predictions need."""

TRAIN_EXAMPLES = """\
examples:
  nnswift train customers.csv --target churn --out churn.safetensors
  nnswift train customers.csv --target churn --out churn.safetensors --ignore id --threshold f1
  nnswift train visits.csv.gz -t came -o came.safetensors --split group --key patient
  nnswift train prices.csv -t price -o price.safetensors --delimiter ';' --decimal , --json"""

PREDICT = """\
Columns are found by name, in any order; others are passed over, the target too. A prediction is
a number, or a class with the probability of each class. Rows are read and written part by part."""

PREDICT_EXAMPLES = """\
examples:
  nnswift predict churn.safetensors new.csv > predictions.csv
  nnswift predict churn.safetensors new.csv --keep id --out predictions.csv
  zcat new.csv.gz | nnswift predict churn.safetensors - --json | head"""

EVALUATE = """\
The table must have the target. Rows that the model was trained on flatter it."""

EVALUATE_EXAMPLES = """\
examples:
  nnswift evaluate churn.safetensors next-month.csv
  nnswift evaluate churn.safetensors next-month.csv --metric roc_auc --metric brier --json"""

INSPECT = """\
Columns, layers, threshold, notes and the figures and curves of the training. Only the header is
read, so that a file of any size takes no time; --verify checks the rest."""

INSPECT_EXAMPLES = """\
examples:
  nnswift inspect churn.safetensors
  nnswift inspect churn.safetensors --json | jq .notes"""

CONVERT = """\
  .safetensors        a model of nnswift
  .onnx               ONNX, to and from (needs onnx)
  .keras              Keras, to and from (needs keras)
  .pt                 PyTorch: to a network that torch.load opens, from such a file (needs torch)
  .joblib, .pkl       scikit-learn, to and from (needs scikit-learn)

One of the two is .safetensors. A model of a table goes to ONNX. Files of PyTorch and scikit-learn
run code when they are opened: say --trust if you know where they are from."""

CONVERT_EXAMPLES = """\
examples:
  nnswift convert churn.safetensors churn.onnx
  nnswift convert network.onnx network.safetensors
  nnswift convert digits.joblib digits.safetensors --trust"""
