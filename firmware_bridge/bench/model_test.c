/*
 * The modelled chip against its datasheet, where the sketch does not go: FIFO, latched INT, frozen registers, sleep.
 *
 * Lives here: one check a line.  Not here: the bus and the sketch, which tests/bridge/bench runs.
 */
#include <stdio.h>

#include "mpu6050_model.h"

static int mistakes;

#define EXPECT(what)                                  \
  do {                                                \
    if (!(what)) ++mistakes, printf("not: %s\n", #what); \
  } while (0)

static Mpu m;
static const double level[6] = {0, 0, 9.80665, 0, 0, 0}, hard[6] = {999, -999, 0, 0, 0.1, -99};

static void set(uint8_t reg, uint8_t value) {
  mpu_start(&m, 0xD0);
  mpu_write(&m, reg);
  mpu_write(&m, value);
  mpu_stop(&m);
}

static void point(uint8_t reg) {
  mpu_start(&m, 0xD0);
  mpu_write(&m, reg);
  mpu_start(&m, 0xD1);
}

static int get16(uint8_t reg) {
  point(reg);
  const int high = mpu_read(&m), value = (int16_t)(high << 8 | mpu_read(&m));
  mpu_stop(&m);
  return value;
}

static void power_and_ranges(void) {
  EXPECT(!mpu_start(&m, 0xD2)); /* another address */
  EXPECT(mpu_cycle_us(&m) == 0); /* asleep after power-on */
  set(107, 1);
  EXPECT(mpu_cycle_us(&m) == 125.0); /* no filter: 8 kHz */
  set(26, 2);
  EXPECT(mpu_cycle_us(&m) == 1000.0);
  EXPECT(!mpu_sample(&m, level)); /* INT not enabled */
  EXPECT(get16(63) == 16384);
  EXPECT(get16(65) == -3920); /* 25 deg C */
  set(28, 3 << 3);
  mpu_sample(&m, level);
  EXPECT(get16(63) == 2048);
  mpu_sample(&m, hard);
  EXPECT(get16(59) == 32767 && get16(61) == -32768 && get16(71) == -32768);
  EXPECT(get16(69) == 751); /* 0.1 rad/s at 131 counts per deg/s: 750.6 */
}

static void a_burst_is_one_instant(void) {
  mpu_sample(&m, level);
  point(59);
  for (int i = 0; i < 4; ++i) mpu_read(&m);
  mpu_sample(&m, hard);
  EXPECT(mpu_read(&m) == 0x08 && mpu_read(&m) == 0x00); /* still 1 g */
  mpu_stop(&m);
  EXPECT(get16(63) == 0);
}

static void the_fifo(void) {
  set(35, 0x78); /* acc and gyr: 12 bytes a sample */
  set(106, 0x44);
  for (int i = 0; i < 3; ++i) mpu_sample(&m, level);
  EXPECT(get16(114) == 36);
  point(116);
  for (int i = 0; i < 4; ++i) mpu_read(&m);
  EXPECT(mpu_read(&m) == 0x08 && mpu_read(&m) == 0x00);
  mpu_stop(&m);
  EXPECT(get16(114) == 30);
  for (int i = 0; i < 90; ++i) mpu_sample(&m, level);
  EXPECT(get16(114) == 1024);
  point(58);
  EXPECT(mpu_read(&m) & 0x10); /* overflow said, once */
  mpu_stop(&m);
  point(58);
  EXPECT(!(mpu_read(&m) & 0x10));
  mpu_stop(&m);
  set(106, 0x04);
  EXPECT(get16(114) == 0);
}

static void the_int_pin(void) {
  set(56, 1);
  EXPECT(mpu_sample(&m, level));
  set(55, 0xA0);
  EXPECT(mpu_int_latched(&m) && mpu_int_inverted(&m) && mpu_int_pending(&m));
  point(58);
  mpu_read(&m);
  mpu_stop(&m);
  EXPECT(!mpu_int_pending(&m));
  set(25, 4);
  int due = 0;
  for (int i = 0; i < 100; ++i) due += mpu_clock(&m);
  EXPECT(due == 20);
  set(107, 0x80); /* reset */
  EXPECT(mpu_cycle_us(&m) == 0);
  mpu_power(&m, false);
  EXPECT(!mpu_start(&m, 0xD0));
}

int main(void) {
  mpu_init(&m, 0x68, 0x68, 25.0);
  power_and_ranges();
  a_burst_is_one_instant();
  the_fifo();
  the_int_pin();
  printf("%d mistakes\n", mistakes);
  return mistakes > 0;
}
