/*
 * The MPU-6050 on the Arduino's I2C bus.
 *
 * Lives here: its registers, setting it up, reading one sample, getting a stuck bus free again.
 * Not here:   when to do so, counting what went wrong (gait_sensor.ino), bytes for the host (frame.h).
 *
 * Sources: RM = "MPU-6000 and MPU-6050 Register Map and Descriptions", RM-MPU-6000A-00 rev. 4.2;
 *          PS = "Product Specification", PS-MPU-6000A-00 rev. 3.4. Clones (6500, 9250, 20689, ...) keep these registers.
 */
#ifndef GAIT_MPU6050_H
#define GAIT_MPU6050_H

#include <Arduino.h>
#include <Wire.h>

enum {
  REG_SMPLRT_DIV = 0x19,    /* RM p. 11: rate = 1 kHz / (1 + divider) with the filter on */
  REG_CONFIG = 0x1A,        /* RM p. 13: DLPF_CFG in bits 2..0 */
  REG_GYRO_CONFIG = 0x1B,   /* RM p. 14: FS_SEL in bits 4..3 */
  REG_ACCEL_CONFIG = 0x1C,  /* RM p. 15: AFS_SEL in bits 4..3 */
  REG_ACCEL_CONFIG_2 = 0x1D,/* MPU-6500 and later: the accelerometer's own filter; nothing on a 6050 */
  REG_INT_PIN_CFG = 0x37,   /* RM p. 26 */
  REG_INT_ENABLE = 0x38,    /* RM p. 27: bit 0 data ready */
  REG_ACCEL_XOUT_H = 0x3B,  /* RM p. 29: 14 bytes from here are one instant: acc, temperature, gyr, big endian */
  REG_PWR_MGMT_1 = 0x6B,    /* RM p. 40: bit 7 reset, bit 6 sleep, bits 2..0 clock */
  REG_WHO_AM_I = 0x75       /* RM p. 45: 0x68 on a genuine one */
};

#define PWR_RESET 0x80
#define PWR_CLOCK_GYRO 0x01   /* PLL on the x gyro: 1 % instead of the RC oscillator's 5 %.  Source: PS 6.5 and RM p. 40 */
#define INT_DATA_READY 0x01
#define RESET_MS 100          /* after a reset, before the next register.  [ms]  Source: RM 4.30 (asked for SPI; as good here) */
#define BUS_HZ 400000UL       /* fast mode.  [Hz]  Source: PS 6.7 */
/* A sample takes 0.5 ms of bus; three times that and somebody holds the line. [us] Chosen: well under a 200 Hz period. */
#define BUS_TIMEOUT_US 1500UL
#define BURST_BYTES 14
#define ADDRESS_LOW 0x68      /* AD0 to ground or open on most boards.  Source: PS 9.2 */
#define ADDRESS_HIGH 0x69

/* What the chip is told to be. */
typedef struct {
  uint8_t acc_range; /* AFS_SEL: 0..3 for +-2 4 8 16 g */
  uint8_t gyr_range; /* FS_SEL: 0..3 for +-250 500 1000 2000 deg/s */
  uint8_t filter;    /* DLPF_CFG: 1..6 */
  uint8_t divider;   /* SMPLRT_DIV */
} ChipConfig;

static uint8_t chip_address = ADDRESS_LOW;

static void bus_begin() {
  Wire.begin();
  Wire.setClock(BUS_HZ);
  /* Debian's core has the timeout and not the macro; without it a stuck bus would hang us for ever. */
#if defined(WIRE_HAS_TIMEOUT) || defined(ARDUINO_ARCH_AVR)
  Wire.setWireTimeout(BUS_TIMEOUT_US, true);
#endif
}

/* A slave that was cut off within a byte holds SDA low until it has been clocked through it: nine clocks, then a STOP.
 * Source: NXP UM10204 rev. 7, 3.1.16 "Bus clear". Open drain by hand: low is driven, high is let go. */
static void bus_free() {
  Wire.end();
  digitalWrite(SCL, LOW);
  digitalWrite(SDA, LOW);
  pinMode(SDA, INPUT_PULLUP);
  for (uint8_t i = 0; i < 9; ++i) {
    pinMode(SCL, OUTPUT);
    delayMicroseconds(5);
    pinMode(SCL, INPUT_PULLUP);
    delayMicroseconds(5);
  }
  pinMode(SCL, OUTPUT);
  digitalWrite(SDA, LOW);
  pinMode(SDA, OUTPUT);
  delayMicroseconds(5);
  pinMode(SCL, INPUT_PULLUP);
  delayMicroseconds(5);
  pinMode(SDA, INPUT_PULLUP); /* SDA rises while SCL is high: STOP */
  bus_begin();
}

static bool bus_timed_out() {
#if defined(WIRE_HAS_TIMEOUT) || defined(ARDUINO_ARCH_AVR)
  return Wire.getWireTimeoutFlag();
#else
  return false;
#endif
}

static bool chip_read(uint8_t reg, uint8_t *out, uint8_t count) {
  Wire.beginTransmission(chip_address);
  Wire.write(reg);
  if (Wire.endTransmission(false) != 0) return false;
  if (Wire.requestFrom(chip_address, count) != count) return false;
  for (uint8_t i = 0; i < count; ++i) out[i] = (uint8_t)Wire.read();
  return true;
}

static bool chip_write(uint8_t reg, uint8_t value) {
  Wire.beginTransmission(chip_address);
  Wire.write(reg);
  Wire.write(value);
  return Wire.endTransmission() == 0;
}

/* The four registers from SMPLRT_DIV on, as they should read. */
static void chip_expected(const ChipConfig &config, uint8_t out[4]) {
  out[0] = config.divider;
  out[1] = config.filter;
  out[2] = (uint8_t)(config.gyr_range << 3);
  out[3] = (uint8_t)(config.acc_range << 3);
}

/* Still as we set it up? A chip that lost its power is back asleep with everything zero, and our filter is never zero.
 * One short read, so that it fits between two samples at 1 kHz. */
static bool chip_is_as(const ChipConfig &config) {
  uint8_t want[4], got[4];
  chip_expected(config, want);
  return chip_read(REG_SMPLRT_DIV, got, 4) && memcmp(want, got, 4) == 0;
}

/* The same, and sends its pulses: the last thing that chip_begin() asks for. */
static bool chip_is_ready(const ChipConfig &config) {
  uint8_t pulses = 0;
  return chip_is_as(config) && chip_read(REG_INT_ENABLE, &pulses, 1) && pulses == INT_DATA_READY;
}

/* Writes the configuration and reads it back. */
static bool chip_configure(const ChipConfig &config, uint8_t who_am_i) {
  uint8_t want[4];
  chip_expected(config, want);
  for (uint8_t i = 0; i < 4; ++i) {
    if (!chip_write((uint8_t)(REG_SMPLRT_DIV + i), want[i])) return false;
  }
  /* From the 6500 on the accelerometer is filtered by a register of its own, else it would run at 1 kHz bandwidth. */
  if (who_am_i != 0x68 && who_am_i != 0x72 && !chip_write(REG_ACCEL_CONFIG_2, config.filter)) return false;
  return chip_is_as(config);
}

/* Looks for a chip at both addresses; whatever it calls itself is welcome. 0 when nobody answers. */
static uint8_t chip_find() {
  for (chip_address = ADDRESS_LOW; chip_address <= ADDRESS_HIGH; ++chip_address) {
    uint8_t who = 0;
    if (chip_read(REG_WHO_AM_I, &who, 1) && who != 0) return who;
  }
  chip_address = ADDRESS_LOW;
  return 0;
}

/* From any state to sending data-ready pulses: active high, push-pull, 50 us (RM p. 26, all zero). */
static bool chip_begin(const ChipConfig &config, uint8_t who_am_i) {
  if (!chip_write(REG_PWR_MGMT_1, PWR_RESET)) return false;
  delay(RESET_MS);
  return chip_write(REG_PWR_MGMT_1, PWR_CLOCK_GYRO) && chip_configure(config, who_am_i) &&
         chip_write(REG_INT_PIN_CFG, 0) && chip_write(REG_INT_ENABLE, INT_DATA_READY);
}

#endif
