/*
 * An MPU-6050 as seen from its I2C pins and its INT pin.
 *
 * Lives here: registers, sample clock divider, ranges that clip, FIFO, interrupt flags, power.
 * Not here:   simavr, time in cycles, files, faults of the bus (bench.c). The filter is not modelled: what the readings
 *             say at an instant is what the registers hold.
 *
 * Written from the datasheets alone and not from the sketch's mpu6050.h, so that a wrong register number there shows.
 * Sources: RM = RM-MPU-6000A-00 rev. 4.2 (register map), PS = PS-MPU-6000A-00 rev. 3.4 (product specification).
 */
#ifndef MPU6050_MODEL_H
#define MPU6050_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define MPU_REGISTERS 128
#define MPU_FIFO_BYTES 1024 /* RM p. 43, PS 7.17 */
#define MPU_BURST 14        /* acc, temperature, gyr: 0x3B to 0x48 */

typedef struct {
  uint8_t address;    /* 7 bits */
  uint8_t who_am_i;   /* what the chip calls itself: clones differ */
  double temperature; /* [deg C] */

  bool powered;
  uint8_t reg[MPU_REGISTERS];
  uint8_t fresh[MPU_BURST]; /* the newest sample; the registers follow while the bus is quiet (RM 4.18) */
  uint16_t divider_count;

  uint8_t fifo[MPU_FIFO_BYTES];
  unsigned fifo_first, fifo_count;

  bool selected, pointer_set; /* between START and STOP */
  uint8_t pointer;

  int16_t last[7]; /* ax ay az T gx gy gz of the newest sample */
} Mpu;

void mpu_init(Mpu *m, uint8_t address, uint8_t who_am_i, double temperature);
void mpu_power(Mpu *m, bool on);

/* The bus. address_byte is the address with its read bit; true: acknowledged. */
bool mpu_start(Mpu *m, uint8_t address_byte);
bool mpu_write(Mpu *m, uint8_t byte);
uint8_t mpu_read(Mpu *m);
void mpu_stop(Mpu *m);

/* Length of a cycle of the sample clock before the divider; 0 while the chip sleeps. [us] */
double mpu_cycle_us(const Mpu *m);

/* One cycle of that clock has passed: true when a sample is due. */
bool mpu_clock(Mpu *m);

/* A sample is taken: ax ay az [m/s2], gx gy gz [rad/s]. True when INT shall say so. */
bool mpu_sample(Mpu *m, const double readings[6]);

/* How INT behaves. */
bool mpu_int_latched(const Mpu *m); /* stays until the status is read; else a pulse of 50 us */
bool mpu_int_inverted(const Mpu *m);
bool mpu_int_pending(const Mpu *m);

#endif
