/* See mpu6050_model.h. */
#include "mpu6050_model.h"

#include <math.h>
#include <string.h>

enum {
  SMPLRT_DIV = 25,    /* RM p. 11 */
  CONFIG = 26,        /* RM p. 13 */
  GYRO_CONFIG = 27,   /* RM p. 14 */
  ACCEL_CONFIG = 28,  /* RM p. 15 */
  FIFO_EN = 35,       /* RM p. 16 */
  INT_PIN_CFG = 55,   /* RM p. 26 */
  INT_ENABLE = 56,    /* RM p. 27 */
  INT_STATUS = 58,    /* RM p. 28 */
  ACCEL_XOUT_H = 59,  /* RM p. 29 */
  GYRO_ZOUT_L = 72,   /* RM p. 31 */
  USER_CTRL = 106,    /* RM 4.29 */
  PWR_MGMT_1 = 107,   /* RM p. 40 */
  FIFO_COUNTH = 114,  /* RM p. 43 */
  FIFO_COUNTL = 115,
  FIFO_R_W = 116,     /* RM p. 44 */
  WHO_AM_I = 117      /* RM p. 45 */
};

enum { DATA_RDY = 0x01, FIFO_OFLOW = 0x10 };              /* INT_ENABLE, INT_STATUS */
enum { INT_LEVEL = 0x80, LATCH = 0x20, RD_CLEAR = 0x10 }; /* INT_PIN_CFG */
enum { USER_FIFO_EN = 0x40, USER_FIFO_RESET = 0x04 };     /* USER_CTRL */
enum { DEVICE_RESET = 0x80, SLEEP = 0x40 };               /* PWR_MGMT_1; its value after a reset is SLEEP (RM p. 8) */
enum { FIFO_ACCEL = 0x08, FIFO_TEMP = 0x80, FIFO_XG = 0x40, FIFO_YG = 0x20, FIFO_ZG = 0x10 }; /* FIFO_EN */

#define G 9.80665                /* standard gravity.  [m/s2]  Source: ISO 80000-3 */
#define COUNTS_PER_G 16384.0     /* at AFS_SEL 0, halved with each step.  Source: PS 6.2, p. 13 */
#define COUNTS_PER_KELVIN 340.0  /* Source: RM p. 30 */
#define KELVIN_OFFSET 36.53      /* [deg C]  Source: RM p. 30 */
#define DEGREES 57.29577951308232 /* in a radian */

/* Counts in one deg/s by FS_SEL, as the data sheet rounds them.  Source: PS 6.1, p. 12 */
static const double COUNTS_PER_DPS[4] = {131.0, 65.5, 32.8, 16.4};

static void reset_registers(Mpu *m) {
  memset(m->reg, 0, sizeof m->reg);
  memset(m->fresh, 0, sizeof m->fresh);
  m->reg[PWR_MGMT_1] = SLEEP;
  m->reg[WHO_AM_I] = m->who_am_i;
  m->fifo_first = m->fifo_count = 0;
  m->divider_count = 0;
}

void mpu_init(Mpu *m, uint8_t address, uint8_t who_am_i, double temperature) {
  memset(m, 0, sizeof *m);
  m->address = address;
  m->who_am_i = who_am_i;
  m->temperature = temperature;
  mpu_power(m, true);
}

void mpu_power(Mpu *m, bool on) {
  m->powered = on;
  m->selected = m->pointer_set = false;
  reset_registers(m);
}

/* ---------------------------------------------------------------- the bus */

static void follow(Mpu *m) { memcpy(m->reg + ACCEL_XOUT_H, m->fresh, MPU_BURST); }

bool mpu_start(Mpu *m, uint8_t address_byte) {
  if (!m->powered || address_byte >> 1 != m->address) {
    mpu_stop(m);
    return false;
  }
  m->selected = true;
  m->pointer_set = address_byte & 1; /* a write begins with the register number */
  return true;
}

void mpu_stop(Mpu *m) {
  m->selected = false;
  follow(m);
}

static void write_register(Mpu *m, uint8_t value) {
  switch (m->pointer) {
    case PWR_MGMT_1:
      if (value & DEVICE_RESET) {
        reset_registers(m);
        return;
      }
      break;
    case USER_CTRL:
      if (value & USER_FIFO_RESET) m->fifo_first = m->fifo_count = 0;
      value &= (uint8_t)~USER_FIFO_RESET;
      break;
    case INT_STATUS: case WHO_AM_I: case FIFO_COUNTH: case FIFO_COUNTL: case FIFO_R_W:
      return; /* read only; writing the FIFO is not modelled */
    default:
      if (m->pointer >= ACCEL_XOUT_H && m->pointer <= GYRO_ZOUT_L) return;
  }
  m->reg[m->pointer] = value;
}

/* The pointer moves on after each byte, but stays on the FIFO (RM p. 44). */
static void advance(Mpu *m) {
  if (m->pointer != FIFO_R_W) m->pointer = (uint8_t)((m->pointer + 1) % MPU_REGISTERS);
}

bool mpu_write(Mpu *m, uint8_t byte) {
  if (!m->selected) return false;
  if (!m->pointer_set) {
    m->pointer = byte % MPU_REGISTERS;
    m->pointer_set = true;
    return true;
  }
  write_register(m, byte);
  advance(m);
  return true;
}

static uint8_t fifo_take(Mpu *m) {
  if (m->fifo_count == 0) return 0xFF;
  const uint8_t byte = m->fifo[m->fifo_first];
  m->fifo_first = (m->fifo_first + 1) % MPU_FIFO_BYTES;
  --m->fifo_count;
  return byte;
}

static uint8_t read_register(Mpu *m) {
  uint8_t value = m->reg[m->pointer];
  if (m->pointer == FIFO_COUNTH) value = (uint8_t)(m->fifo_count >> 8);
  if (m->pointer == FIFO_COUNTL) value = (uint8_t)m->fifo_count;
  if (m->pointer == FIFO_R_W) value = fifo_take(m);
  if (m->pointer == INT_STATUS || m->reg[INT_PIN_CFG] & RD_CLEAR) m->reg[INT_STATUS] = 0;
  return value;
}

uint8_t mpu_read(Mpu *m) {
  if (!m->selected) return 0xFF;
  const uint8_t value = read_register(m);
  advance(m);
  return value;
}

/* ---------------------------------------------------------------- samples */

double mpu_cycle_us(const Mpu *m) {
  if (!m->powered || m->reg[PWR_MGMT_1] & SLEEP) return 0.0;
  const unsigned filter = m->reg[CONFIG] & 7u;
  return filter == 0 || filter == 7 ? 125.0 : 1000.0; /* RM p. 11 */
}

bool mpu_clock(Mpu *m) {
  if (m->divider_count < m->reg[SMPLRT_DIV]) {
    ++m->divider_count;
    return false;
  }
  m->divider_count = 0;
  return true;
}

/* Rounded, and held at the end of the range. */
static int16_t counts(double value) {
  const double rounded = nearbyint(value);
  if (rounded >= INT16_MAX) return INT16_MAX;
  if (rounded <= INT16_MIN) return INT16_MIN;
  return (int16_t)rounded;
}

static void fifo_put(Mpu *m, uint8_t byte) {
  if (m->fifo_count == MPU_FIFO_BYTES) { /* the oldest byte goes, and with it the alignment (RM p. 44) */
    fifo_take(m);
    m->reg[INT_STATUS] |= FIFO_OFLOW;
  }
  m->fifo[(m->fifo_first + m->fifo_count) % MPU_FIFO_BYTES] = byte;
  ++m->fifo_count;
}

/* In the order of the registers, whatever is asked for (RM p. 44). */
static void fill_fifo(Mpu *m) {
  static const uint8_t asked[7] = {FIFO_ACCEL, FIFO_ACCEL, FIFO_ACCEL, FIFO_TEMP, FIFO_XG, FIFO_YG, FIFO_ZG};
  if (!(m->reg[USER_CTRL] & USER_FIFO_EN)) return;
  for (int i = 0; i < 7; ++i) {
    if (!(m->reg[FIFO_EN] & asked[i])) continue;
    fifo_put(m, m->fresh[2 * i]);
    fifo_put(m, m->fresh[2 * i + 1]);
  }
}

bool mpu_sample(Mpu *m, const double readings[6]) {
  const double acc = COUNTS_PER_G / G / (1 << (m->reg[ACCEL_CONFIG] >> 3 & 3));
  const double gyr = COUNTS_PER_DPS[m->reg[GYRO_CONFIG] >> 3 & 3] * DEGREES;
  for (int i = 0; i < 3; ++i) {
    m->last[i] = counts(readings[i] * acc);
    m->last[4 + i] = counts(readings[3 + i] * gyr);
  }
  m->last[3] = counts((m->temperature - KELVIN_OFFSET) * COUNTS_PER_KELVIN);
  for (int i = 0; i < 7; ++i) {
    m->fresh[2 * i] = (uint8_t)((uint16_t)m->last[i] >> 8);
    m->fresh[2 * i + 1] = (uint8_t)m->last[i];
  }
  if (!m->selected) follow(m);
  fill_fifo(m);
  m->reg[INT_STATUS] |= DATA_RDY;
  return m->reg[INT_ENABLE] & DATA_RDY;
}

bool mpu_int_latched(const Mpu *m) { return m->reg[INT_PIN_CFG] & LATCH; }
bool mpu_int_inverted(const Mpu *m) { return m->reg[INT_PIN_CFG] & INT_LEVEL; }
bool mpu_int_pending(const Mpu *m) { return m->powered && m->reg[INT_STATUS] & m->reg[INT_ENABLE]; }
