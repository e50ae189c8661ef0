/*
 * nnswift_dl.h - the functions of nnswift.h as pointers: for programs that open the library with
 * dlopen.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Written by tools/api.py from nnswift.h. With <dlfcn.h>:
 *
 *     nns_functions nns;
 *     void *library = dlopen("libnnswift.so.1", RTLD_NOW);
 *     const char *missing = library ? nns_find_functions(&nns, dlsym, library) : "libnnswift.so.1";
 *     if (!missing) nns.nns_create(spec, &model);
 */
#ifndef NNSWIFT_DL_H
#define NNSWIFT_DL_H

#include <string.h>

#include "nnswift.h"

typedef uint32_t (*nns_abi_version_fn)(void);
typedef const char *(*nns_version_fn)(void);
typedef int32_t (*nns_build_info_fn)(char *buffer, size_t capacity, size_t *need);
typedef int32_t (*nns_registry_fn)(char *buffer, size_t capacity, size_t *need);
typedef const char *(*nns_last_error_fn)(void);
typedef int32_t (*nns_last_errno_fn)(void);
typedef const char *(*nns_status_name_fn)(int32_t status);
typedef int32_t (*nns_set_threads_fn)(int32_t threads);
typedef int32_t (*nns_get_threads_fn)(int32_t *threads);
typedef int32_t (*nns_create_fn)(const char *spec_json, nns_model **model);
typedef int32_t (*nns_create_mlp_fn)(const int64_t *sizes, int64_t count, const char *activation,
    const char *loss, uint64_t seed, nns_model **model);
typedef int32_t (*nns_clone_fn)(const nns_model *model, nns_model **copy);
typedef int32_t (*nns_swap_fn)(nns_model *model, nns_model *newer);
typedef int32_t (*nns_set_wait_fn)(nns_model *model, int32_t milliseconds);
typedef void (*nns_free_fn)(nns_model *model);
typedef int32_t (*nns_input_size_fn)(const nns_model *model, int64_t *size);
typedef int32_t (*nns_output_size_fn)(const nns_model *model, int64_t *size);
typedef int32_t (*nns_param_count_fn)(const nns_model *model, int64_t *count);
typedef int32_t (*nns_describe_fn)(const nns_model *model, char *buffer, size_t capacity,
    size_t *need);
typedef int32_t (*nns_summary_fn)(const nns_model *model, char *buffer, size_t capacity,
    size_t *need);
typedef int32_t (*nns_feature_name_fn)(const nns_model *model, int64_t index, char *buffer,
    size_t capacity, size_t *need);
typedef int32_t (*nns_class_count_fn)(const nns_model *model, int64_t *count);
typedef int32_t (*nns_class_type_fn)(const nns_model *model, int32_t *type);
typedef int32_t (*nns_class_name_fn)(const nns_model *model, int64_t index, char *buffer,
    size_t capacity, size_t *need);
typedef int32_t (*nns_set_classes_fn)(nns_model *model, const char *classes_json);
typedef int32_t (*nns_get_threshold_fn)(const nns_model *model, double *threshold);
typedef int32_t (*nns_set_threshold_fn)(nns_model *model, double threshold);
typedef int32_t (*nns_set_note_fn)(nns_model *model, const char *name, const char *text);
typedef int32_t (*nns_get_note_fn)(const nns_model *model, const char *name, char *buffer,
    size_t capacity, size_t *need);
typedef int32_t (*nns_note_count_fn)(const nns_model *model, int64_t *count);
typedef int32_t (*nns_note_name_fn)(const nns_model *model, int64_t index, char *buffer,
    size_t capacity, size_t *need);
typedef int32_t (*nns_data_create_fn)(const nns_array *x, const nns_array *y,
    const nns_array *weight, const char *config_json, nns_data **data);
typedef int32_t (*nns_data_split_fn)(const nns_data *data, int32_t kind, double fraction,
    const nns_array *key, uint64_t seed, nns_data **rest, nns_data **part);
typedef int32_t (*nns_data_size_fn)(const nns_data *data, int64_t *rows, int64_t *features,
    int64_t *targets);
typedef int32_t (*nns_data_rows_fn)(const nns_data *data, int64_t *indices, int64_t count);
typedef int32_t (*nns_data_targets_fn)(const nns_data *data, const nns_array *out);
typedef int32_t (*nns_data_subset_fn)(const nns_data *data, const int64_t *indices, int64_t count,
    nns_data **subset);
typedef int32_t (*nns_data_folds_fn)(const nns_data *data, int32_t kind, int32_t folds,
    const nns_array *key, uint64_t seed, int32_t *fold, int64_t count);
typedef void (*nns_data_free_fn)(nns_data *data);
typedef int32_t (*nns_data_create_table_fn)(const nns_column *columns, int64_t count, int64_t rows,
    const char *target, const char *weight, const char *config_json, nns_data **data);
typedef int32_t (*nns_data_create_arrow_fn)(struct ArrowArrayStream *stream, const char *target,
    const char *weight, const char *config_json, nns_data **data);
typedef int32_t (*nns_train_fn)(nns_model *model, const nns_data *train, const nns_data *valid,
    const char *config_json, nns_progress_fn progress, void *user);
typedef int32_t (*nns_configure_fn)(nns_model *model, const char *config_json);
typedef int32_t (*nns_train_batch_fn)(nns_model *model, const nns_array *x, const nns_array *y,
    const nns_array *weight, double *loss);
typedef int32_t (*nns_fit_preprocess_fn)(nns_model *model, const nns_data *data);
typedef int32_t (*nns_get_scaling_fn)(const nns_model *model, double *center, double *scale,
    int64_t count);
typedef int32_t (*nns_set_scaling_fn)(nns_model *model, const double *center, const double *scale,
    int64_t count);
typedef int32_t (*nns_loss_grad_fn)(nns_model *model, const nns_array *x, const nns_array *y,
    const nns_array *weight, double *loss, float *gradient, int64_t count, double *weight_sum);
typedef int32_t (*nns_forward_train_fn)(nns_model *model, const nns_array *x, const nns_array *out);
typedef int32_t (*nns_backward_fn)(nns_model *model, const nns_array *d_outputs, float *gradient,
    int64_t count, const nns_array *d_inputs);
typedef int32_t (*nns_apply_grad_fn)(nns_model *model, const float *gradient, int64_t count);
typedef int32_t (*nns_evaluate_fn)(const nns_model *model, const nns_data *data,
    const char *metrics_json, double *values, int64_t count);
typedef int32_t (*nns_history_fn)(const nns_model *model, char *buffer, size_t capacity,
    size_t *need);
typedef int32_t (*nns_history_info_fn)(const nns_model *model, int64_t *first, int64_t *last,
    int64_t *best, int32_t *stopped);
typedef int32_t (*nns_history_value_fn)(const nns_model *model, const char *name, int64_t epoch,
    double *value);
typedef int32_t (*nns_cancel_fn)(const nns_model *model);
typedef int32_t (*nns_predict_fn)(const nns_model *model, const nns_array *x, int32_t kind,
    const nns_array *out);
typedef int32_t (*nns_predict_one_fn)(const nns_model *model, const float *x, int64_t count,
    int32_t kind, const nns_array *out);
typedef int32_t (*nns_predict_data_fn)(const nns_model *model, const nns_data *data, int32_t kind,
    const nns_array *out);
typedef int32_t (*nns_session_create_fn)(const nns_model *model, int64_t max_rows,
    nns_session **session);
typedef int32_t (*nns_session_predict_fn)(nns_session *session, const nns_array *x, int32_t kind,
    const nns_array *out);
typedef void (*nns_session_free_fn)(nns_session *session);
typedef int32_t (*nns_create_for_fn)(const nns_data *data, const char *spec_json,
    nns_model **model);
typedef int32_t (*nns_fit_table_fn)(const nns_column *columns, int64_t count, int64_t rows,
    const char *target, const char *options_json, nns_progress_fn progress, void *user,
    nns_model **model);
typedef int32_t (*nns_predict_table_fn)(const nns_model *model, const nns_column *columns,
    int64_t count, int64_t rows, int32_t kind, const nns_array *out);
typedef int32_t (*nns_session_predict_values_fn)(nns_session *session, const nns_value *values,
    int64_t count, int32_t kind, const nns_array *out);
typedef int32_t (*nns_session_counts_fn)(nns_session *session, int64_t *unknown, int64_t *missing,
    int64_t *clipped, int64_t count);
typedef int32_t (*nns_column_count_fn)(const nns_model *model, int64_t *count);
typedef int32_t (*nns_column_name_fn)(const nns_model *model, int64_t index, char *buffer,
    size_t capacity, size_t *need);
typedef int32_t (*nns_column_describe_fn)(const nns_model *model, int64_t index, char *buffer,
    size_t capacity, size_t *need, int64_t *levels);
typedef int32_t (*nns_level_fn)(const nns_model *model, int64_t column, int64_t code, char *buffer,
    size_t capacity, size_t *need);
typedef int32_t (*nns_level_code_fn)(const nns_model *model, int64_t column, const char *text,
    int64_t bytes, int64_t *code);
typedef int32_t (*nns_calibrate_fn)(nns_model *model, const nns_data *data);
typedef int32_t (*nns_importance_fn)(const nns_model *model, const nns_data *data,
    const char *metric, int32_t repeats, uint64_t seed, double *drop, double *deviation,
    int64_t count);
typedef int32_t (*nns_dependence_fn)(const nns_model *model, const nns_data *data, int64_t column,
    const nns_value *values, int64_t points, int64_t output, double *mean);
typedef int32_t (*nns_cross_validate_fn)(const nns_data *data, const char *spec_json,
    const char *config_json, int32_t kind, int32_t folds, const nns_array *key, uint64_t seed,
    const char *metrics_json, double *values, int64_t count, const nns_array *out,
    nns_progress_fn progress, void *user);
typedef int32_t (*nns_metric_fn)(const char *name, const nns_array *y_true,
    const nns_array *y_score, const nns_array *weight, double *value);
typedef int32_t (*nns_curve_fn)(int32_t curve, const nns_array *y_true, const nns_array *y_score,
    const nns_array *weight, double *x, double *y, double *z, int64_t capacity, int64_t *need);
typedef int32_t (*nns_confusion_fn)(const nns_array *y_true, const nns_array *y_pred,
    const nns_array *weight, int64_t classes, double *matrix, int64_t count);
typedef int32_t (*nns_best_threshold_fn)(const char *metric, const nns_array *y_true,
    const nns_array *y_score, const nns_array *weight, double *threshold, double *value);
typedef int32_t (*nns_save_fn)(const nns_model *model, const char *path, int32_t flags);
typedef int32_t (*nns_load_fn)(const char *path, const nns_limits *limits, nns_model **model);
typedef int32_t (*nns_save_buffer_fn)(const nns_model *model, int32_t flags, nns_buffer **buffer);
typedef int32_t (*nns_load_buffer_fn)(const void *bytes, size_t size, const nns_limits *limits,
    nns_model **model);
typedef int32_t (*nns_buffer_bytes_fn)(const nns_buffer *buffer, const void **bytes, size_t *size);
typedef void (*nns_buffer_free_fn)(nns_buffer *buffer);
typedef int32_t (*nns_tensor_count_fn)(const nns_model *model, int64_t *tensors, int64_t *values);
typedef int32_t (*nns_tensor_fn)(const nns_model *model, int64_t index, char *name, size_t capacity,
    size_t *need, int64_t *dims, size_t dims_capacity, size_t *rank, int64_t *offset);
typedef int32_t (*nns_get_weights_fn)(const nns_model *model, float *values, int64_t count);
typedef int32_t (*nns_set_weights_fn)(nns_model *model, const float *values, int64_t count);

/* X(name) for every function. */
#define NNS_FUNCTIONS(X) \
    X(nns_abi_version) \
    X(nns_version) \
    X(nns_build_info) \
    X(nns_registry) \
    X(nns_last_error) \
    X(nns_last_errno) \
    X(nns_status_name) \
    X(nns_set_threads) \
    X(nns_get_threads) \
    X(nns_create) \
    X(nns_create_mlp) \
    X(nns_clone) \
    X(nns_swap) \
    X(nns_set_wait) \
    X(nns_free) \
    X(nns_input_size) \
    X(nns_output_size) \
    X(nns_param_count) \
    X(nns_describe) \
    X(nns_summary) \
    X(nns_feature_name) \
    X(nns_class_count) \
    X(nns_class_type) \
    X(nns_class_name) \
    X(nns_set_classes) \
    X(nns_get_threshold) \
    X(nns_set_threshold) \
    X(nns_set_note) \
    X(nns_get_note) \
    X(nns_note_count) \
    X(nns_note_name) \
    X(nns_data_create) \
    X(nns_data_split) \
    X(nns_data_size) \
    X(nns_data_rows) \
    X(nns_data_targets) \
    X(nns_data_subset) \
    X(nns_data_folds) \
    X(nns_data_free) \
    X(nns_data_create_table) \
    X(nns_data_create_arrow) \
    X(nns_train) \
    X(nns_configure) \
    X(nns_train_batch) \
    X(nns_fit_preprocess) \
    X(nns_get_scaling) \
    X(nns_set_scaling) \
    X(nns_loss_grad) \
    X(nns_forward_train) \
    X(nns_backward) \
    X(nns_apply_grad) \
    X(nns_evaluate) \
    X(nns_history) \
    X(nns_history_info) \
    X(nns_history_value) \
    X(nns_cancel) \
    X(nns_predict) \
    X(nns_predict_one) \
    X(nns_predict_data) \
    X(nns_session_create) \
    X(nns_session_predict) \
    X(nns_session_free) \
    X(nns_create_for) \
    X(nns_fit_table) \
    X(nns_predict_table) \
    X(nns_session_predict_values) \
    X(nns_session_counts) \
    X(nns_column_count) \
    X(nns_column_name) \
    X(nns_column_describe) \
    X(nns_level) \
    X(nns_level_code) \
    X(nns_calibrate) \
    X(nns_importance) \
    X(nns_dependence) \
    X(nns_cross_validate) \
    X(nns_metric) \
    X(nns_curve) \
    X(nns_confusion) \
    X(nns_best_threshold) \
    X(nns_save) \
    X(nns_load) \
    X(nns_save_buffer) \
    X(nns_load_buffer) \
    X(nns_buffer_bytes) \
    X(nns_buffer_free) \
    X(nns_tensor_count) \
    X(nns_tensor) \
    X(nns_get_weights) \
    X(nns_set_weights)

typedef struct nns_functions {
    nns_abi_version_fn nns_abi_version;
    nns_version_fn nns_version;
    nns_build_info_fn nns_build_info;
    nns_registry_fn nns_registry;
    nns_last_error_fn nns_last_error;
    nns_last_errno_fn nns_last_errno;
    nns_status_name_fn nns_status_name;
    nns_set_threads_fn nns_set_threads;
    nns_get_threads_fn nns_get_threads;
    nns_create_fn nns_create;
    nns_create_mlp_fn nns_create_mlp;
    nns_clone_fn nns_clone;
    nns_swap_fn nns_swap;
    nns_set_wait_fn nns_set_wait;
    nns_free_fn nns_free;
    nns_input_size_fn nns_input_size;
    nns_output_size_fn nns_output_size;
    nns_param_count_fn nns_param_count;
    nns_describe_fn nns_describe;
    nns_summary_fn nns_summary;
    nns_feature_name_fn nns_feature_name;
    nns_class_count_fn nns_class_count;
    nns_class_type_fn nns_class_type;
    nns_class_name_fn nns_class_name;
    nns_set_classes_fn nns_set_classes;
    nns_get_threshold_fn nns_get_threshold;
    nns_set_threshold_fn nns_set_threshold;
    nns_set_note_fn nns_set_note;
    nns_get_note_fn nns_get_note;
    nns_note_count_fn nns_note_count;
    nns_note_name_fn nns_note_name;
    nns_data_create_fn nns_data_create;
    nns_data_split_fn nns_data_split;
    nns_data_size_fn nns_data_size;
    nns_data_rows_fn nns_data_rows;
    nns_data_targets_fn nns_data_targets;
    nns_data_subset_fn nns_data_subset;
    nns_data_folds_fn nns_data_folds;
    nns_data_free_fn nns_data_free;
    nns_data_create_table_fn nns_data_create_table;
    nns_data_create_arrow_fn nns_data_create_arrow;
    nns_train_fn nns_train;
    nns_configure_fn nns_configure;
    nns_train_batch_fn nns_train_batch;
    nns_fit_preprocess_fn nns_fit_preprocess;
    nns_get_scaling_fn nns_get_scaling;
    nns_set_scaling_fn nns_set_scaling;
    nns_loss_grad_fn nns_loss_grad;
    nns_forward_train_fn nns_forward_train;
    nns_backward_fn nns_backward;
    nns_apply_grad_fn nns_apply_grad;
    nns_evaluate_fn nns_evaluate;
    nns_history_fn nns_history;
    nns_history_info_fn nns_history_info;
    nns_history_value_fn nns_history_value;
    nns_cancel_fn nns_cancel;
    nns_predict_fn nns_predict;
    nns_predict_one_fn nns_predict_one;
    nns_predict_data_fn nns_predict_data;
    nns_session_create_fn nns_session_create;
    nns_session_predict_fn nns_session_predict;
    nns_session_free_fn nns_session_free;
    nns_create_for_fn nns_create_for;
    nns_fit_table_fn nns_fit_table;
    nns_predict_table_fn nns_predict_table;
    nns_session_predict_values_fn nns_session_predict_values;
    nns_session_counts_fn nns_session_counts;
    nns_column_count_fn nns_column_count;
    nns_column_name_fn nns_column_name;
    nns_column_describe_fn nns_column_describe;
    nns_level_fn nns_level;
    nns_level_code_fn nns_level_code;
    nns_calibrate_fn nns_calibrate;
    nns_importance_fn nns_importance;
    nns_dependence_fn nns_dependence;
    nns_cross_validate_fn nns_cross_validate;
    nns_metric_fn nns_metric;
    nns_curve_fn nns_curve;
    nns_confusion_fn nns_confusion;
    nns_best_threshold_fn nns_best_threshold;
    nns_save_fn nns_save;
    nns_load_fn nns_load;
    nns_save_buffer_fn nns_save_buffer;
    nns_load_buffer_fn nns_load_buffer;
    nns_buffer_bytes_fn nns_buffer_bytes;
    nns_buffer_free_fn nns_buffer_free;
    nns_tensor_count_fn nns_tensor_count;
    nns_tensor_fn nns_tensor;
    nns_get_weights_fn nns_get_weights;
    nns_set_weights_fn nns_set_weights;
} nns_functions;

/* Looks every function up. find: dlsym, or what is like it. Returns NULL, or the name of the first
 * function that the library does not have. */
static inline const char *nns_find_functions(nns_functions *functions,
                                             void *(*find)(void *library, const char *name),
                                             void *library) {
    void *address;
#define NNS_FIND(name)                 \
    address = find(library, #name);    \
    if (!address) return #name;        \
    memcpy(&functions->name, &address, sizeof address);
    NNS_FUNCTIONS(NNS_FIND)
#undef NNS_FIND
    return NULL;
}

#endif
