import NNErrors

/// What other libraries call options.
let optionAliases: [Alias] = [
  ("lr", "learning_rate"), ("l2", "weight_decay"), ("hidden", "units"), ("out_features", "units"),
  ("p", "rate"), ("negative_slope", "slope"), ("betas", "beta1"), ("step_size", "every"),
  ("milestones", "at"),
]
