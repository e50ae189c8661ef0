/* What belongs to the host and stays as it is: locale, rounding, streams, signals, BLAS threads. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fenv.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manners.h"

static const char path[] = "manners.safetensors";

/* A locale that writes 0,5. */
static const char *comma_locale(void) {
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8",
                                        "fr_FR.utf8",  "nl_NL.UTF-8", "es_ES.UTF-8", "pt_BR.UTF-8"};
    for (size_t at = 0; at < sizeof names / sizeof *names; at++)
        if (setlocale(LC_ALL, names[at]) && localeconv()->decimal_point[0] == ',')
            return names[at];
    return NULL;
}

void check_locale(void) {
    uint64_t expected = use_everything(path);
    const char *name = comma_locale();
    if (!name) {
        setlocale(LC_ALL, "C");
        printf("skipped: no locale with comma decimals is installed here\n");
        return;
    }
    uint64_t got = use_everything(path);
    char written[16];
    snprintf(written, sizeof written, "%.1f", 0.5);
    check(got == expected, "locale: the same numbers, texts and files with comma decimals",
          "something differs under %s", name);
    check_text("locale: the host's stays", written, "0,5");
    char *history = NULL;
    nns_model *model = model_from(classifier);
    history = text_of(nns_history, model);
    check(!strstr(history, "0,"), "locale: no comma decimals in JSON", "got %s", history);
    free(history);
    nns_free(model);
    setlocale(LC_ALL, "C");
}

void check_rounding(void) {
    static const struct {
        int mode;
        const char *name;
    } modes[] = {{FE_UPWARD, "upward"}, {FE_DOWNWARD, "downward"}, {FE_TOWARDZERO, "to zero"}};
    nns_model *model = model_from(classifier);
    char *expected = text_of(nns_describe, model), name[100];
    nns_free(model);
    for (int at = 0; at < 3; at++) {
        fesetround(modes[at].mode);
        use_everything(path);
        int after = fegetround();
        model = model_from(classifier);
        char *text = text_of(nns_describe, model);
        fesetround(FE_TONEAREST);
        snprintf(name, sizeof name, "rounding %s: the mode stays", modes[at].name);
        check_integer(name, after, modes[at].mode);
        snprintf(name, sizeof name, "rounding %s: the same JSON", modes[at].name);
        check_text(name, text, expected);
        free(text);
        nns_free(model);
    }
    free(expected);
    volatile float tiny = 1e-38f;
    use_everything(path);
    check(tiny / 16 > 0, "rounding: denormal numbers are not switched off", "1e-38 / 16 is 0");
}

/* Lets both streams end in a file, works, and looks how much came. */
void check_streams(void) {
    fflush(stdout);
    int out = dup(1), err = dup(2);
    FILE *caught = tmpfile();
    if (out < 0 || err < 0 || !caught) {
        check(0, "preparation: catching the streams", "no file or descriptor");
        return;
    }
    dup2(fileno(caught), 1);
    dup2(fileno(caught), 2);
    use_everything(path);
    fflush(stdout);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    struct stat about;
    fstat(fileno(caught), &about);
    check_integer("streams: nothing is printed", (int64_t)about.st_size, 0);
    fclose(caught);
}
