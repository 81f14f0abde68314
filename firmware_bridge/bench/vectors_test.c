/*
 * Holds the sketch's frame.h against the golden vectors, on the desk.
 *
 * Lives here: reading tests/golden/frame_vectors.txt; each frame made from its fields and taken apart again.
 * Not here:   the Python side of the same, tests/bridge/test_frames.py.
 *
 *   vectors_test FILE: a line per mistake, then how many were held; exit code 1 with mistakes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "frame.h"

#define ROOM 256
#define COMMAND_BUFFER 129 /* of the sketch: what is longer never reaches frame_open */

static int held, mistakes;

static void expect(bool right, const char *name, const char *what) {
  ++held;
  if (right) return;
  ++mistakes;
  printf("%s: %s\n", name, what);
}

static uint8_t from_hex(const char *hex, uint8_t *out) {
  uint8_t count = 0;
  unsigned value;
  while (hex[0] && hex[0] != '-' && sscanf(hex, "%2x", &value) == 1) {
    out[count++] = (uint8_t)value;
    hex += 2;
  }
  return count;
}

static uint16_t u16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static void info_from(Frame *f, const uint8_t *p) {
  Info info = {p[1], p[2], {0}, p[11], p[12], p[13], p[14], p[15], p[16], p[17],
               get_u32(p + 18), get_u32(p + 22), get_u32(p + 26)};
  memcpy(info.device_id, p + 3, DEVICE_ID_BYTES);
  make_info(f, &info);
}

static void status_from(Frame *f, const uint8_t *p) {
  const Status status = {get_u32(p), (int16_t)u16(p + 4), get_u32(p + 6), u16(p + 10), u16(p + 12), u16(p + 14),
                         u16(p + 16), u16(p + 18), p[20], p[21]};
  make_status(f, &status);
}

/* By the maker the sketch uses for this type; commands and the recorder's own by hand. */
static void make(Frame *f, uint8_t type, const uint8_t *p, uint8_t length) {
  switch (type) {
    case FRAME_INFO: info_from(f, p); return;
    case FRAME_DATA: make_data(f, u16(p), get_u32(p + 2), p[6], p + 7, (uint8_t)((length - 7) / SAMPLE_BYTES)); return;
    case FRAME_STATUS: status_from(f, p); return;
    case FRAME_PONG: make_pong(f, get_u32(p), get_u32(p + 4), get_u32(p + 8)); return;
    case FRAME_ACK: make_ack(f, p[0], p[1]); return;
    default:
      frame_begin(f, type);
      put_bytes(f, p, length);
      frame_end(f);
  }
}

static void check_frame(const char *name, uint8_t type, const uint8_t *payload, uint8_t length, uint8_t *wire,
                        uint8_t wire_length) {
  Frame f;
  make(&f, type, payload, length);
  expect(f.length == wire_length && memcmp(f.bytes, wire, wire_length) == 0, name, "made otherwise");
  const uint8_t opened = frame_open(wire, (uint8_t)(wire_length - 1));
  expect(opened == length + 1 && wire[0] == type && memcmp(wire + 1, payload, length) == 0, name, "read otherwise");
}

/* To be dropped: either no frame, or not one that a sensor takes notice of. */
static void check_damage(const char *name, uint8_t *wire, uint8_t wire_length) {
  if (wire_length - 1 > COMMAND_BUFFER) return;
  uint8_t *part = wire;
  for (uint8_t i = 0; i < wire_length; ++i) { /* a zero inside parts it in two, as it would in the sketch */
    if (wire[i] != 0) continue;
    const uint8_t opened = frame_open(part, (uint8_t)(wire + i - part));
    expect(opened == 0 || part[0] < COMMAND_FIRST, name, "was taken for a command");
    part = wire + i + 1;
  }
}

static void check_crc(const char *line) {
  char hex[ROOM];
  unsigned value;
  uint8_t bytes[ROOM];
  if (sscanf(line, "#! crc %255s %x", hex, &value) != 2) return;
  const uint8_t length = from_hex(hex, bytes);
  expect(crc_of(bytes, length) == value, "crc", "another value");
}

static void check_line(const char *line) {
  char name[64], kind[8], payload_hex[2 * ROOM], wire_hex[2 * ROOM];
  uint8_t payload[ROOM], wire[ROOM];
  if (line[0] == '#') {
    check_crc(line);
    return;
  }
  if (sscanf(line, "%63s | %7s | %511s | %511s", name, kind, payload_hex, wire_hex) != 4) return;
  const uint8_t length = from_hex(payload_hex, payload), wire_length = from_hex(wire_hex, wire);
  if (kind[0] == '-') {
    check_damage(name, wire, wire_length);
  } else {
    check_frame(name, (uint8_t)strtoul(kind, NULL, 16), payload, length, wire, wire_length);
  }
}

int main(int count, char **words) {
  char line[2048];
  FILE *in = count == 2 ? fopen(words[1], "r") : NULL;
  if (!in) {
    fprintf(stderr, "vectors_test FILE\n");
    return 2;
  }
  while (fgets(line, sizeof line, in)) check_line(line);
  fclose(in);
  printf("%d held, %d mistakes\n", held, mistakes);
  return held == 0 || mistakes > 0;
}
