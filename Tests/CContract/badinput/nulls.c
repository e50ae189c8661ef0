/* NULL for every pointer that must not be NULL; NULL handles are in handles.c. */
#include "badinput.h"

static const int64_t sizes[] = {4, 8, 3};

#define LIBRARY_AND_MODEL(X)                                                                     \
    X(nns_build_info, no_buffer_no_need, S(NULL), "need", (NULL, 0, NULL))                       \
    X(nns_build_info, no_buffer, S(NULL), "buffer", (NULL, 100, &need))                          \
    X(nns_registry, no_buffer_no_need, S(NULL), "need", (NULL, 0, NULL))                         \
    X(nns_registry, no_buffer, S(NULL), "buffer", (NULL, 100, &need))                            \
    X(nns_get_threads, no_threads, S(NULL), "threads", (NULL))                                   \
    X(nns_create, no_spec, S(NULL), "spec_json", (NULL, &made.model))                            \
    X(nns_create, no_model, S(NULL), "model", (classifier, NULL))                                \
    X(nns_create_mlp, no_sizes, S(NULL), "sizes", (NULL, 3, NULL, NULL, 1, &made.model))         \
    X(nns_create_mlp, no_model, S(NULL), "model", (sizes, 3, NULL, NULL, 1, NULL))               \
    X(nns_clone, no_copy, S(NULL), "copy", (g.model, NULL))                                      \
    X(nns_input_size, no_size, S(NULL), "size", (g.model, NULL))                                 \
    X(nns_output_size, no_size, S(NULL), "size", (g.model, NULL))                                \
    X(nns_param_count, no_count, S(NULL), "count", (g.model, NULL))                              \
    X(nns_describe, no_buffer_no_need, S(NULL), "need", (g.model, NULL, 0, NULL))                \
    X(nns_describe, no_buffer, S(NULL), "buffer", (g.model, NULL, 100, &need))                   \
    X(nns_describe, no_need, S(NULL), "need", (g.model, made.text, 0, NULL))                     \
    X(nns_summary, no_buffer_no_need, S(NULL), "need", (g.model, NULL, 0, NULL))                 \
    X(nns_summary, no_buffer, S(NULL), "buffer", (g.model, NULL, 100, &need))                    \
    X(nns_feature_name, no_buffer_no_need, S(NULL), "need", (g.named, 0, NULL, 0, NULL))         \
    X(nns_feature_name, no_buffer, S(NULL), "buffer", (g.named, 0, NULL, 100, &need))            \
    X(nns_class_count, no_count, S(NULL), "count", (g.model, NULL))                              \
    X(nns_class_type, no_type, S(NULL), "type", (g.model, NULL))                                 \
    X(nns_class_name, no_buffer_no_need, S(NULL), "need", (g.named, 0, NULL, 0, NULL))           \
    X(nns_class_name, no_buffer, S(NULL), "buffer", (g.named, 0, NULL, 100, &need))              \
    X(nns_get_threshold, no_threshold, S(NULL), "threshold", (g.model, NULL))                    \
    X(nns_set_note, no_name, S(NULL), "name", (g.model, NULL, "text"))                           \
    X(nns_get_note, no_name, S(NULL), "name", (g.named, NULL, made.text, 100, &need))            \
    X(nns_get_note, no_buffer_no_need, S(NULL), "need", (g.named, "a", NULL, 0, NULL))           \
    X(nns_get_note, no_buffer, S(NULL), "buffer", (g.named, "a", NULL, 100, &need))              \
    X(nns_note_count, no_count, S(NULL), "count", (g.model, NULL))                               \
    X(nns_note_name, no_buffer_no_need, S(NULL), "need", (g.named, 0, NULL, 0, NULL))            \
    X(nns_note_name, no_buffer, S(NULL), "buffer", (g.named, 0, NULL, 100, &need))

#define DATA_AND_TRAINING(X)                                                                     \
    X(nns_data_create, no_x, S(NULL), "x", (NULL, &g.y, NULL, NULL, &made.data))                 \
    X(nns_data_create, no_y, S(NULL), "y", (&g.x, NULL, NULL, NULL, &made.data))                 \
    X(nns_data_create, no_data, S(NULL), "data", (&g.x, &g.y, NULL, NULL, NULL))                 \
    X(nns_data_split, no_rest, S(NULL), "rest",                                                  \
      (g.data, NNS_SPLIT_RANDOM, 0.5, NULL, 1, NULL, &made.part))                                \
    X(nns_data_split, no_part, S(NULL), "part",                                                  \
      (g.data, NNS_SPLIT_RANDOM, 0.5, NULL, 1, &made.rest, NULL))                                \
    X(nns_data_split, group_without_key, S(NULL) | S(ARGUMENT), "key",                           \
      (g.data, NNS_SPLIT_GROUP, 0.5, NULL, 1, &made.rest, &made.part))                           \
    X(nns_data_rows, no_indices, S(NULL), "indices", (g.data, NULL, ROWS))                       \
    X(nns_data_targets, no_out, S(NULL), "out", (g.data, NULL))                                  \
    X(nns_data_subset, no_indices, S(NULL), "indices", (g.data, NULL, 1, &made.part))            \
    X(nns_data_subset, no_subset, S(NULL), "subset", (g.data, sizes, 1, NULL))                   \
    X(nns_get_scaling, no_center, S(NULL), "center", (g.scaled, NULL, made.doubles, 4))           \
    X(nns_get_scaling, no_scale, S(NULL), "scale", (g.scaled, made.doubles, NULL, 4))             \
    X(nns_set_scaling, no_center, S(NULL), "center", (g.scaled, NULL, made.doubles, 4))              \
    X(nns_set_scaling, no_scale, S(NULL), "scale", (g.scaled, made.doubles, NULL, 4))                \
    X(nns_train_batch, no_x, S(NULL), "x", (g.model, NULL, &g.y, NULL, &made.value))             \
    X(nns_train_batch, no_y, S(NULL), "y", (g.model, &g.x, NULL, NULL, &made.value))             \
    X(nns_loss_grad, no_x, S(NULL), "x",                                                         \
      (g.model, NULL, &g.y, NULL, &made.value, made.floats, 67, NULL))                           \
    X(nns_loss_grad, no_y, S(NULL), "y",                                                         \
      (g.model, &g.x, NULL, NULL, &made.value, made.floats, 67, NULL))                           \
    X(nns_loss_grad, no_loss, S(NULL) | FINE, "loss",                                            \
      (g.model, &g.x, &g.y, NULL, NULL, made.floats, 67, NULL))                                  \
    X(nns_loss_grad, no_gradient, S(NULL), "gradient",                                           \
      (g.model, &g.x, &g.y, NULL, &made.value, NULL, 67, NULL))                                  \
    X(nns_forward_train, no_x, S(NULL), "x", (g.model, NULL, OUT(NNS_F32, ROWS, CLASSES)))       \
    X(nns_forward_train, no_out, S(NULL), "out", (g.model, &g.x, NULL))                          \
    X(nns_backward, no_d_outputs, S(NULL), "d_outputs", (g.model, NULL, made.floats, 67, NULL))  \
    X(nns_backward, nothing_wanted, S(NULL), "d_inputs", (g.model, &g.scores, NULL, 0, NULL))    \
    X(nns_swap, no_newer, S(NULL), "newer", (g.model, NULL))                                     \
    X(nns_apply_grad, no_gradient, S(NULL), "gradient", (g.model, NULL, 67))                     \
    X(nns_evaluate, no_values, S(NULL), "values", (g.model, g.data, NULL, NULL, 1))              \
    X(nns_history, no_buffer_no_need, S(NULL), "need", (g.model, NULL, 0, NULL))                 \
    X(nns_history, no_buffer, S(NULL), "buffer", (g.model, NULL, 100, &need))                    \
    X(nns_history_info, nothing_asked, FINE, NULL, (g.model, NULL, NULL, NULL, NULL))            \
    X(nns_history_value, no_name, S(NULL), "name", (g.model, NULL, 1, &made.value))              \
    X(nns_history_value, no_value, S(NULL), "value", (g.model, "loss", 1, NULL))

#define PREDICTION_AND_METRICS(X)                                                                \
    X(nns_predict, no_x, S(NULL), "x", (g.model, NULL, NNS_PROBA, OUT(NNS_F32, 1, 3)))           \
    X(nns_predict, no_out, S(NULL), "out", (g.model, &g.x, NNS_PROBA, NULL))                     \
    X(nns_predict_one, no_x, S(NULL), "x", (g.model, NULL, 4, NNS_PROBA, OUT(NNS_F32, 1, 3)))    \
    X(nns_predict_one, no_out, S(NULL), "out", (g.model, g.set.x, 4, NNS_PROBA, NULL))           \
    X(nns_predict_data, no_out, S(NULL), "out", (g.model, g.data, NNS_PROBA, NULL))              \
    X(nns_session_create, no_session, S(NULL), "session", (g.model, 8, NULL))                    \
    X(nns_session_predict, no_x, S(NULL), "x",                                                   \
      (g.session, NULL, NNS_PROBA, OUT(NNS_F32, 1, 3)))                                           \
    X(nns_session_predict, no_out, S(NULL), "out",                                               \
      (g.session, &g.x, NNS_PROBA, NULL))                                                  \
    X(nns_metric, no_name, S(NULL), "name", (NULL, &g.truth, &g.scores, NULL, &made.value))      \
    X(nns_metric, no_truth, S(NULL), "y_true", ("brier", NULL, &g.scores, NULL, &made.value))    \
    X(nns_metric, no_score, S(NULL), "y_score", ("brier", &g.truth, NULL, NULL, &made.value))    \
    X(nns_metric, no_value, S(NULL), "value", ("brier", &g.truth, &g.scores, NULL, NULL))        \
    X(nns_curve, no_truth, S(NULL), "y_true",                                                    \
      (NNS_CURVE_ROC, NULL, &g.scores, NULL, NULL, NULL, NULL, 0, &points))                      \
    X(nns_curve, no_score, S(NULL), "y_score",                                                   \
      (NNS_CURVE_ROC, &g.truth, NULL, NULL, NULL, NULL, NULL, 0, &points))                       \
    X(nns_curve, no_need, S(NULL), "need",                                                       \
      (NNS_CURVE_ROC, &g.truth, &g.scores, NULL, NULL, NULL, NULL, 0, NULL))                     \
    X(nns_curve, no_x, S(NULL), "x",                                                             \
      (NNS_CURVE_ROC, &g.truth, &g.scores, NULL, NULL, made.values, made.values, ROWS + 2,       \
       &points))                                                                                 \
    X(nns_confusion, no_truth, S(NULL), "y_true", (NULL, &g.y, NULL, 3, made.values, 9))         \
    X(nns_confusion, no_prediction, S(NULL), "y_pred", (&g.y, NULL, NULL, 3, made.values, 9))    \
    X(nns_confusion, no_matrix, S(NULL), "matrix", (&g.y, &g.y, NULL, 3, NULL, 9))               \
    X(nns_best_threshold, no_metric, S(NULL), "metric",                                          \
      (NULL, &g.truth, &g.scores, NULL, &made.value, NULL))                                      \
    X(nns_best_threshold, no_truth, S(NULL), "y_true",                                           \
      ("f1", NULL, &g.scores, NULL, &made.value, NULL))                                          \
    X(nns_best_threshold, no_score, S(NULL), "y_score",                                          \
      ("f1", &g.truth, NULL, NULL, &made.value, NULL))                                           \
    X(nns_best_threshold, no_threshold, S(NULL), "threshold",                                    \
      ("f1", &g.truth, &g.scores, NULL, NULL, &made.value))

#define FILES_AND_WEIGHTS(X)                                                                     \
    X(nns_save, no_path, S(NULL), "path", (g.model, NULL, 0))                                    \
    X(nns_load, no_path, S(NULL), "path", (NULL, NULL, &made.model))                             \
    X(nns_load, no_model, S(NULL), "model", ("none.safetensors", NULL, NULL))                    \
    X(nns_save_buffer, no_buffer, S(NULL), "buffer", (g.model, 0, NULL))                         \
    X(nns_load_buffer, no_bytes, S(NULL), "bytes", (NULL, 100, NULL, &made.model))               \
    X(nns_load_buffer, no_bytes_no_size, S(NULL) | S(FORMAT), NULL,                              \
      (NULL, 0, NULL, &made.model))                                                              \
    X(nns_load_buffer, no_model, S(NULL), "model", (g.bytes, g.size, NULL, NULL))                \
    X(nns_buffer_bytes, no_bytes, S(NULL), "bytes", (g.buffer, NULL, &made.size))                \
    X(nns_buffer_bytes, no_size, S(NULL), "size", (g.buffer, &made.bytes, NULL))                 \
    X(nns_tensor, no_name, S(NULL), NULL, (g.model, 0, NULL, 50, &need, NULL, 0, NULL, NULL))    \
    X(nns_tensor, no_name_no_need, S(NULL), NULL,                                                \
      (g.model, 0, NULL, 0, NULL, NULL, 0, NULL, NULL))                                          \
    X(nns_tensor, no_dims, S(NULL), "dims", (g.model, 0, made.text, 50, &need, NULL, 4, NULL, NULL)) \
    X(nns_get_weights, no_values, S(NULL), "values", (g.model, NULL, 67))                        \
    X(nns_set_weights, no_values, S(NULL), "values", (g.model, NULL, 67))

LIBRARY_AND_MODEL(CALL)
DATA_AND_TRAINING(CALL)
PREDICTION_AND_METRICS(CALL)
FILES_AND_WEIGHTS(CALL)

static const bad_case nulls[] = {LIBRARY_AND_MODEL(ROW) DATA_AND_TRAINING(ROW)
                                     PREDICTION_AND_METRICS(ROW) FILES_AND_WEIGHTS(ROW)};

void refuse_nulls(void) { RUN(nulls); }
