/* Shared by the checks: a training, the folder that they write to, and its contents. */
#define _GNU_SOURCE
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoints.h"

int32_t train_samples(nns_model *model, int epochs, const char *members) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    char config[500];
    snprintf(config, sizeof config, "{\"epochs\": %d%s}", epochs, members);
    int32_t status = nns_train(model, data, NULL, config, NULL, NULL);
    nns_data_free(data);
    return status;
}

static int each_file(const char *fragment, int removes) {
    int count = 0;
    DIR *folder = opendir("disk");
    if (!folder) return 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[300];
        if (entry->d_name[0] == '.' || !strstr(entry->d_name, fragment)) continue;
        snprintf(path, sizeof path, "disk/%s", entry->d_name);
        if (removes && remove(path) != 0) check(0, "cleaning up", "%s stays", path);
        count++;
    }
    closedir(folder);
    return count;
}

void reset_disk(void) {
    fail_none();
    mkdir("disk", 0777);
    each_file("", 1);
}

int count_files(const char *fragment) { return each_file(fragment, 0); }

int exists(const char *path) { return access(path, F_OK) == 0; }

uint64_t hash_of_file(const char *path) {
    enum { MOST = 1 << 20 };
    FILE *file = fopen(path, "rb");
    if (!file) return 0;
    char *bytes = room_for(MOST);
    uint64_t hash = hash_of(bytes, fread(bytes, 1, MOST, file));
    fclose(file);
    free(bytes);
    return hash;
}

nns_model *load_whole(const char *path) {
    nns_model *model = NULL;
    if (nns_load(path, NULL, &model) != NNS_OK) check(0, path, "%s", nns_last_error());
    return model;
}

int epoch_of(const char *path) {
    if (!exists(path)) return 0;
    nns_model *model = load_whole(path);
    if (!model) return -1;
    char *history = text_of(nns_history, model);
    const char *end = strchr(history, ']');
    while (end && end > history && end[-1] >= '0' && end[-1] <= '9') end--;
    int epoch = end ? atoi(end) : 0;
    free(history);
    nns_free(model);
    return epoch;
}
