/*
 * Whole frames on their way out, as bytes in a ring.
 *
 * Lives here: putting a frame in when it fits, taking a byte out.
 * Not here:   which queue goes first, the line (gait_sensor.ino), a frame's bytes (frame.h).
 */
#ifndef GAIT_QUEUE_H
#define GAIT_QUEUE_H

#include "frame.h"

typedef struct {
  uint8_t *const bytes;
  const uint16_t size;
  uint16_t first, count;
} Queue;

/* False when there is no room: a frame goes in whole or not at all. */
static inline bool queue_put(Queue &queue, const Frame &frame) {
  if ((uint16_t)(queue.size - queue.count) < frame.length) return false;
  uint16_t at = queue.first + queue.count;
  for (uint8_t i = 0; i < frame.length; ++i, ++at) {
    if (at >= queue.size) at -= queue.size;
    queue.bytes[at] = frame.bytes[i];
  }
  queue.count += frame.length;
  return true;
}

static inline uint8_t queue_take(Queue &queue) {
  const uint8_t byte = queue.bytes[queue.first];
  if (++queue.first == queue.size) queue.first = 0;
  --queue.count;
  return byte;
}

#endif
