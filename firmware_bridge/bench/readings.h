/*
 * What a sensor would feel, from a table.
 *
 * Lives here: loading the table, its values at any instant.
 * Not here:   what the chip makes of them (mpu6050_model.c), when it asks (bench.c).
 */
#ifndef GAIT_READINGS_H
#define GAIT_READINGS_H

/* Lines of t ax ay az gx gy gz in SI units, by commas; lines that do not begin with a number are passed over. "-" is
 * stdin. NULL, or what is wrong. */
const char *readings_load(const char *path);

/* At so many seconds after the first row: on the straight line between two rows; held before the first and after the last. */
void readings_at(double seconds, double out[6]);

/* From the first row to the last.  [s] */
double readings_length(void);

#endif
