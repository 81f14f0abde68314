/* See readings.h. */
#include "readings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  double t, value[6];
} Reading;

static Reading *rows;
static size_t count, at;

static const char *keep(const Reading *r) {
  static size_t room;
  if (count == room) {
    room = room ? 2 * room : 4096;
    rows = realloc(rows, room * sizeof *rows);
    if (!rows) return "no memory for the readings";
  }
  if (count && r->t <= rows[count - 1].t) return "time does not rise in";
  rows[count++] = *r;
  return NULL;
}

const char *readings_load(const char *path) {
  FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
  char line[512];
  const char *wrong = NULL;
  if (!in) return "cannot read";
  while (!wrong && fgets(line, sizeof line, in)) {
    Reading r;
    double *v = r.value;
    if (sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf", &r.t, v, v + 1, v + 2, v + 3, v + 4, v + 5) == 7) wrong = keep(&r);
  }
  if (in != stdin) fclose(in);
  return wrong || count ? wrong : "no readings in";
}

void readings_at(double seconds, double out[6]) {
  const double t = rows[0].t + seconds;
  if (at && t < rows[at].t) at = 0; /* begun anew */
  while (at + 1 < count && rows[at + 1].t <= t) ++at;
  const Reading *a = &rows[at], *b = at + 1 < count ? a + 1 : a;
  double part = b == a ? 0.0 : (t - a->t) / (b->t - a->t);
  if (part < 0.0) part = 0.0;
  for (int i = 0; i < 6; ++i) out[i] = a->value[i] + part * (b->value[i] - a->value[i]);
}

double readings_length(void) { return rows[count - 1].t - rows[0].t; }
