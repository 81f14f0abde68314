/*
 * Frames of the wire, as firmware_bridge/WIRE.md fixes them.
 *
 * Lives here: making a frame from its fields, taking one apart, the checks. Plain C that also compiles on a desk
 *             machine, where firmware_bridge/bench/vectors_test.c holds it against tests/golden/frame_vectors.txt.
 * Not here:   when a frame is sent (gait_sensor.ino), the sensor (mpu6050.h).
 */
#ifndef GAIT_FRAME_H
#define GAIT_FRAME_H

#include <stdint.h>
#include <string.h>

#ifdef __AVR__
#include <util/crc16.h>
#endif

/* Types. Source: WIRE.md. */
enum {
  FRAME_INFO = 0x01,
  FRAME_DATA = 0x02,
  FRAME_STATUS = 0x03,
  FRAME_PONG = 0x04,
  FRAME_ACK = 0x05,
  COMMAND_FIRST = 0x80, /* all from here on come to the sensor */
  COMMAND_START = 0x81,
  COMMAND_STOP = 0x82,
  COMMAND_DIVIDER = 0x83,
  COMMAND_RANGES = 0x84,
  COMMAND_FILTER = 0x85,
  COMMAND_PING = 0x86,
  COMMAND_INFO = 0x87,
  COMMAND_SET_ID = 0x88,
  COMMAND_BATCH = 0x89
};

/* Results in an ACK. */
enum {
  ACK_DONE = 0,
  ACK_UNKNOWN = 1,
  ACK_LENGTH = 2,
  ACK_RANGE = 3,
  ACK_NO_CHIP = 4,
  ACK_NOT_STORED = 5
};

/* Bits of a DATA frame's status, about the time since the DATA frame before. */
enum {
  DATA_FIFO_OVERFLOW = 1 << 0, /* never set by this sketch: it reads the registers, not the FIFO */
  DATA_I2C_ERROR = 1 << 1,
  DATA_LINE_DROP = 1 << 2,
  DATA_LATE = 1 << 3,
  DATA_CLIPPED = 1 << 4,
  DATA_REINIT = 1 << 5,
  DATA_CONFIG = 1 << 6
};

/* Bits of the state in INFO and STATUS. */
enum { STATE_SENDING = 1 << 0, STATE_CHIP = 1 << 1, STATE_AFTER_RESET = 1 << 2 };

#define PROTOCOL_VERSION 1
#define DEVICE_ID_BYTES 8
#define SAMPLE_BYTES 12     /* six i16 */
#define SAMPLES_A_FRAME 4   /* at most */
#define DATA_HEAD_BYTES 7
#define CHECK_BYTES 4       /* the CRC from first to last, and from last to first */
#define BODY_OVERHEAD (1 + CHECK_BYTES) /* type and checks */
#define CRC_START 0xFFFF    /* CRC-16/CCITT-FALSE */

/* Bytes of the longest frame this side sends: DATA of four samples, COBS byte and closing zero. */
#define FRAME_BYTES (BODY_OVERHEAD + DATA_HEAD_BYTES + SAMPLES_A_FRAME * SAMPLE_BYTES + 2)

/* A frame in the making: bytes[0] is kept for COBS, the body follows. */
typedef struct {
  uint8_t bytes[FRAME_BYTES];
  uint8_t length; /* of what is in bytes so far, with bytes[0] */
} Frame;

typedef struct {
  uint8_t firmware_major, firmware_minor;
  uint8_t device_id[DEVICE_ID_BYTES];
  uint8_t who_am_i;
  uint8_t acc_range, gyr_range, filter, divider;
  uint8_t per_frame;
  uint8_t state;
  uint32_t f_cpu; /* [Hz] */
  uint32_t baud;
  uint32_t tick; /* [us] */
} Info;

typedef struct {
  uint32_t tick;       /* [us] */
  int16_t temperature; /* raw */
  uint32_t samples;    /* sent */
  uint16_t missed, i2c_errors, line_drops, fifo_overflows, reinits;
  uint8_t reset_cause, state;
} Status;

static inline uint16_t crc_update(uint16_t crc, uint8_t byte) {
#ifdef __AVR__
  return _crc_xmodem_update(crc, byte);
#else
  crc ^= (uint16_t)(byte << 8);
  for (uint8_t bit = 0; bit < 8; ++bit) {
    crc = (uint16_t)((crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1);
  }
  return crc;
#endif
}

static inline uint16_t crc_of(const uint8_t *bytes, uint8_t length) {
  uint16_t crc = CRC_START;
  while (length--) crc = crc_update(crc, *bytes++);
  return crc;
}

/* The CRC from the first byte to the last in the low half, from the last to the first in the high one. Both together
 * miss no two wrong bytes and hardly any three (WIRE.md). One loop for both: at 1 kHz each 20 us count. */
static inline uint32_t checks_of(const uint8_t *bytes, uint8_t length) {
  uint16_t front = CRC_START, back = CRC_START;
  const uint8_t *last = bytes + length;
  while (length--) {
    front = crc_update(front, *bytes++);
    back = crc_update(back, *--last);
  }
  return front | (uint32_t)back << 16;
}

static inline void put_u8(Frame *f, uint8_t value) { f->bytes[f->length++] = value; }

static inline void put_u16(Frame *f, uint16_t value) {
  put_u8(f, (uint8_t)value);
  put_u8(f, (uint8_t)(value >> 8));
}

static inline void put_u32(Frame *f, uint32_t value) {
  put_u16(f, (uint16_t)value);
  put_u16(f, (uint16_t)(value >> 16));
}

static inline void put_bytes(Frame *f, const uint8_t *bytes, uint8_t count) {
  memcpy(f->bytes + f->length, bytes, count);
  f->length = (uint8_t)(f->length + count);
}

static inline void frame_begin(Frame *f, uint8_t type) {
  f->length = 1; /* bytes[0] is written last, by COBS */
  put_u8(f, type);
}

/* Appends the checks, stuffs in place, closes with a zero. A body is at most 128 bytes, so COBS needs just the one
 * byte that was kept free: each zero is replaced by the distance to the next. */
static inline void frame_end(Frame *f) {
  put_u32(f, checks_of(f->bytes + 1, (uint8_t)(f->length - 1)));
  uint8_t code = 0;
  for (uint8_t i = 1; i < f->length; ++i) {
    if (f->bytes[i] == 0) {
      f->bytes[code] = (uint8_t)(i - code);
      code = i;
    }
  }
  f->bytes[code] = (uint8_t)(f->length - code);
  put_u8(f, 0);
}

static inline uint32_t get_u32(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Undoes COBS in place and holds both checks against it. bytes is a frame without its zero; what is left is type and
 * payload, from bytes[0] on, without checks. Returns its length, or 0 when it is no whole frame. */
static inline uint8_t frame_open(uint8_t *bytes, uint8_t length) {
  if (length < BODY_OVERHEAD + 1) return 0;
  uint8_t code = bytes[0], out = 0;
  for (uint8_t i = 1; i < length; ++i) {
    if (code == 0) return 0;
    if (--code == 0) {
      code = bytes[i];
      bytes[out++] = 0;
    } else {
      bytes[out++] = bytes[i];
    }
  }
  if (code != 1) return 0; /* a distance that points past the end: torn */
  out = (uint8_t)(out - CHECK_BYTES);
  return get_u32(bytes + out) == checks_of(bytes, out) ? out : 0;
}

static inline void make_info(Frame *f, const Info *info) {
  frame_begin(f, FRAME_INFO);
  put_u8(f, PROTOCOL_VERSION);
  put_u8(f, info->firmware_major);
  put_u8(f, info->firmware_minor);
  put_bytes(f, info->device_id, DEVICE_ID_BYTES);
  put_u8(f, info->who_am_i);
  put_u8(f, info->acc_range);
  put_u8(f, info->gyr_range);
  put_u8(f, info->filter);
  put_u8(f, info->divider);
  put_u8(f, info->per_frame);
  put_u8(f, info->state);
  put_u32(f, info->f_cpu);
  put_u32(f, info->baud);
  put_u32(f, info->tick);
  frame_end(f);
}

/* samples: six i16 each, little endian as they go out. */
static inline void make_data(Frame *f, uint16_t sequence, uint32_t tick, uint8_t status, const uint8_t *samples,
                             uint8_t count) {
  frame_begin(f, FRAME_DATA);
  put_u16(f, sequence);
  put_u32(f, tick);
  put_u8(f, status);
  put_bytes(f, samples, (uint8_t)(count * SAMPLE_BYTES));
  frame_end(f);
}

static inline void make_status(Frame *f, const Status *status) {
  frame_begin(f, FRAME_STATUS);
  put_u32(f, status->tick);
  put_u16(f, (uint16_t)status->temperature);
  put_u32(f, status->samples);
  put_u16(f, status->missed);
  put_u16(f, status->i2c_errors);
  put_u16(f, status->line_drops);
  put_u16(f, status->fifo_overflows);
  put_u16(f, status->reinits);
  put_u8(f, status->reset_cause);
  put_u8(f, status->state);
  frame_end(f);
}

static inline void make_pong(Frame *f, uint32_t token, uint32_t t_rx, uint32_t t_tx) {
  frame_begin(f, FRAME_PONG);
  put_u32(f, token);
  put_u32(f, t_rx);
  put_u32(f, t_tx);
  frame_end(f);
}

static inline void make_ack(Frame *f, uint8_t command, uint8_t result) {
  frame_begin(f, FRAME_ACK);
  put_u8(f, command);
  put_u8(f, result);
  frame_end(f);
}

#endif
