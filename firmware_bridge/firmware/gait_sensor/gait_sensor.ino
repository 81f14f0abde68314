/*
 * A motion sensor for runners: MPU-6050 samples with exact times, over a serial line.
 *
 * Lives here: what happens when. The data-ready interrupt takes the time; loop() fetches the sample, builds frames,
 *             listens to commands, once a second looks after the chip and tells how it fares; else it sleeps.
 * Not here:   the bytes of a frame (frame.h, firmware_bridge/WIRE.md), the chip's registers (mpu6050.h),
 *             wiring and boards (README.md).
 *
 * Nothing here waits for the line: what does not fit is dropped, counted and said.
 */
#include <Arduino.h>
#include <Wire.h>
#include <avr/eeprom.h>
#include <avr/sleep.h>
#include <util/atomic.h>

#include "frame.h"
#include "mpu6050.h"
#include "queue.h"

#define FIRMWARE_MAJOR 1
#define FIRMWARE_MINOR 0

/* Line speed: README.md has the table. At 8 MHz 115200 would be 3.5 % off, more than a receiver bears.  [baud] */
#ifndef BAUD_RATE
#if F_CPU < 12000000L
#define BAUD_RATE 57600UL
#else
#define BAUD_RATE 115200UL
#endif
#endif

/* Samples a frame after a reset. One: least is lost with a damaged frame; four where the line is slow. */
#ifndef PER_FRAME
#define PER_FRAME (BAUD_RATE < 100000UL ? 4 : 1)
#endif

/* INT of the sensor. D2 can interrupt on every board of README.md. */
#define READY_PIN 2

/* A data-ready that comes this soon after we began to read may have changed the registers before the chip froze them
 * for us (RM 4.18: they stand still while the bus is busy).  [us]  Chosen: the way to START takes some 400 cycles of the
 * controller; twice that. */
#define FREEZE_US (800UL * 1000000UL / F_CPU)

/* Bytes handed to the line each turn whatever else waits. Chosen: four samples a frame make 16 bytes a sample. */
#define FEED_BYTES 16

#define SECOND_US 1000000UL
#define RETRY_US 100000UL /* between two calls for a chip that does not answer.  [us]  Chosen: 3 ms of stuck bus each */
#define BLINK_US 30000UL /* how long the light is on each second when the chip answers.  [us]  Chosen: seen, and saves the battery */

/* Chosen: +-16 g and +-2000 deg/s hold a run without clipping; 94 Hz filter and 200 Hz follow a foot's contact. */
static ChipConfig config = {3, 3, 2, 4};
static uint8_t per_frame = PER_FRAME;

static uint8_t who_am_i;  /* 0: nobody answers */
static bool chip_ok;      /* answers, and is set up as config says */
static volatile bool sending = true; /* from the start: a logger on the line cannot ask for it */
static bool told_reset;   /* the first INFO after the reset is out */
static bool info_due;

/* From the interrupt. The chip holds one sample only, so only the latest time is of use. */
static volatile uint16_t ready_count;
static volatile uint32_t ready_tick;
static uint16_t taken_count; /* data-readies that loop() has dealt with */

/* The DATA frame that is being filled. */
static uint8_t batch[SAMPLES_A_FRAME * SAMPLE_BYTES];
static uint8_t batch_count;
static uint16_t batch_sequence;
static uint32_t batch_tick;
static bool batch_clipped;

/* What happened since the DATA frame before. */
static uint8_t since;

static Status status;
static uint32_t second_began, retry_began;

static uint8_t device_id[DEVICE_ID_BYTES];
typedef struct {
  uint8_t id[DEVICE_ID_BYTES];
  uint16_t crc;
} StoredId;
static StoredId stored_id EEMEM;

/* Answers have their own queue and go first: behind data at a busy line they would wait for ever. INFO keeps its place
 * among the data, for it says how to read those that follow. */
static uint8_t answer_bytes[96], data_bytes[256];
static Queue answers = {answer_bytes, sizeof answer_bytes, 0, 0};
static Queue data = {data_bytes, sizeof data_bytes, 0, 0};
static Queue *under_way; /* whose frame is half out */

/* COBS bytes of the command that is coming in. */
static uint8_t command[129];
static uint8_t command_length;
static bool command_overlong;

/* ---------------------------------------------------------------- before everything else */

/* Why we were reset is in MCUSR, or, where the bootloader has cleared that, in r2 (Optiboot from 4.5 on). Both are gone
 * by the time setup() runs. In .init3 there is no stack frame yet, hence assembler, and memory is cleared only after
 * it, hence .noinit. Bits 0 to 3: power-on, external, brown-out, watchdog (ATmega328P datasheet, 11.9.1). */
static uint8_t reset_cause __attribute__((section(".noinit")));
extern "C" void save_reset_cause(void) __attribute__((naked, used, section(".init3")));
void save_reset_cause(void) {
  __asm__ volatile(
      "in r24, %1\n"
      "tst r24\n"
      "brne 1f\n"
      "mov r24, r2\n"
      "1: sts %0, r24\n"
      "out %1, __zero_reg__\n" ::"i"(&reset_cause), "I"(_SFR_IO_ADDR(MCUSR)));
}

/* ---------------------------------------------------------------- the line */

static bool line_has_work() { return (answers.count || data.count) && Serial.availableForWrite() > 0; }

/* Hands on as many bytes as fit without waiting, but few when a sample waits to be read: at 1 kHz a whole frame would
 * take a quarter of its time. Changes the queue only between frames, that is after a zero. */
static void feed_line() {
  for (uint8_t done = 0; line_has_work() && (done < FEED_BYTES || ready_count == taken_count); ++done) {
    if (!under_way) under_way = answers.count ? &answers : &data;
    const uint8_t byte = queue_take(*under_way);
    Serial.write(byte);
    if (byte == 0) under_way = NULL;
  }
}

static uint8_t state() { return (uint8_t)((sending ? STATE_SENDING : 0) | (chip_ok ? STATE_CHIP : 0)); }

/* INFO stays due until it fits; no sample may overtake it. */
static void send_due_info() {
  if (!info_due) return;
  Info info = {FIRMWARE_MAJOR, FIRMWARE_MINOR, {0}, who_am_i, config.acc_range, config.gyr_range, config.filter,
               config.divider, per_frame, state(), F_CPU, BAUD_RATE, micros()};
  memcpy(info.device_id, device_id, DEVICE_ID_BYTES);
  if (!told_reset) info.state |= STATE_AFTER_RESET;
  Frame frame;
  make_info(&frame, &info);
  if (!queue_put(data, frame)) return;
  info_due = false;
  told_reset = true;
}

static void send_status(uint32_t now) {
  status.tick = now;
  status.reset_cause = reset_cause;
  status.state = state();
  Frame frame;
  make_status(&frame, &status);
  queue_put(answers, frame); /* no room: the next one says it all again */
}

/* ---------------------------------------------------------------- samples */

static void on_ready() {
  if (!sending) return; /* a silence that was asked for is no loss: the sequence stands still */
  ready_tick = micros();
  ++ready_count;
}

/* Closes the frame that is being filled and queues it. */
static void send_batch() {
  if (!batch_count) return;
  send_due_info();
  Frame frame;
  make_data(&frame, batch_sequence, batch_tick, (uint8_t)(since | (batch_clipped ? DATA_CLIPPED : 0)), batch,
            batch_count);
  if (!info_due && queue_put(data, frame)) {
    status.samples += batch_count;
    since = 0;
  } else {
    status.line_drops += batch_count;
    status.missed += batch_count;
    since |= DATA_LINE_DROP;
  }
  batch_count = 0;
  batch_clipped = false;
}

/* Samples are lost: what was before them goes out by itself, so that a frame's samples stand next to each other. */
static void lose(uint16_t count, uint8_t why) {
  if (!count) return;
  send_batch();
  status.missed += count;
  since |= why;
}

static void after_bus_error() {
  ++status.i2c_errors;
  since |= DATA_I2C_ERROR;
  if (bus_timed_out()) bus_free();
}

/* Big endian from the chip to little endian on the wire; the temperature in the middle is kept for STATUS. */
static void keep_sample(const uint8_t burst[BURST_BYTES], uint16_t sequence, uint32_t tick) {
  if (!batch_count) {
    batch_sequence = sequence;
    batch_tick = tick;
  }
  uint8_t *out = batch + batch_count * SAMPLE_BYTES;
  for (uint8_t i = 0; i < BURST_BYTES; i += 2) {
    const int16_t value = (int16_t)((uint16_t)burst[i] << 8 | burst[i + 1]);
    if (i == 6) {
      status.temperature = value;
      continue;
    }
    if (value == INT16_MAX || value == INT16_MIN) batch_clipped = true;
    *out++ = burst[i + 1];
    *out++ = burst[i];
  }
  if (++batch_count >= per_frame) send_batch();
}

/* Could this be what a chip without power left? When it fails half way through, the lines go high and the rest reads as
 * ones, and nothing in I2C tells; when it was gone just before, all is zero. */
static bool doubtful(const uint8_t burst[BURST_BYTES]) {
  uint8_t any = 0;
  for (uint8_t i = 0; i < BURST_BYTES; ++i) any |= burst[i];
  return any == 0 || burst[BURST_BYTES - 1] == 0xFF;
}

/* The 14 bytes. In doubt (gz may well end so) the chip is asked whether it is still as it was. */
static bool read_burst(uint8_t burst[BURST_BYTES]) {
  return chip_read(REG_ACCEL_XOUT_H, burst, BURST_BYTES) && (!doubtful(burst) || chip_is_as(config));
}

/* One sample, if there is one. */
static void take_sample() {
  uint16_t count, count_after;
  uint32_t tick, tick_after;
  const uint32_t began = micros();
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    count = ready_count;
    tick = ready_tick;
  }
  if (count == taken_count) return;
  lose((uint16_t)(count - taken_count - 1), DATA_LATE);
  taken_count = count;

  uint8_t burst[BURST_BYTES];
  if (!chip_ok || !read_burst(burst)) {
    lose(1, 0);
    if (chip_ok) after_bus_error();
    return;
  }
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    count_after = ready_count;
    tick_after = ready_tick;
  }
  const uint16_t came = (uint16_t)(count_after - count);
  if (came > 1 || (came == 1 && tick_after - began < FREEZE_US)) {
    lose(1, DATA_LATE); /* of which instant this sample is cannot be told */
    return;
  }
  keep_sample(burst, (uint16_t)(count - 1), tick);
}

/* Data-readies from before a change are of the old settings: left out. */
static void forget_ready() {
  uint16_t count;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { count = ready_count; }
  lose((uint16_t)(count - taken_count), 0);
  taken_count = count;
}

/* ---------------------------------------------------------------- the chip */

/* Finds the chip and makes it ours. True when it had to be initialised, false when it was still as we left it (the bus
 * was stuck, or it did not acknowledge for a while) or does not answer; chip_ok tells which. */
static bool chip_set_up(bool as_left) {
  who_am_i = chip_find();
  chip_ok = who_am_i && as_left && chip_is_ready(config);
  const bool initialise = who_am_i && !chip_ok;
  if (initialise) chip_ok = chip_begin(config, who_am_i);
  if (!chip_ok && bus_timed_out()) bus_free();
  return initialise;
}

/* A sensor that lost its power comes back asleep and says nothing; only a look at its registers tells. */
static void look_after_chip() {
  if (chip_ok && chip_is_as(config)) return;
  const bool was_ok = chip_ok;
  send_batch();
  const bool initialised = chip_set_up(true);
  if (was_ok && !chip_ok) after_bus_error();
  if (chip_ok) forget_ready();
  if (chip_ok && initialised) {
    ++status.reinits;
    since |= DATA_REINIT;
  }
  if (chip_ok || was_ok) info_due = true;
}

/* ---------------------------------------------------------------- commands */

static void acknowledge(uint8_t type, uint8_t result) {
  Frame frame;
  make_ack(&frame, type, result);
  queue_put(answers, frame);
}

/* Tries new settings; those before stay when the chip does not take them. */
static uint8_t change_chip(const ChipConfig &wanted) {
  send_batch();
  if (!chip_ok) return ACK_NO_CHIP;
  if (!chip_configure(wanted, who_am_i)) {
    after_bus_error();
    return ACK_NO_CHIP; /* half written? the look at the registers puts it right within a second */
  }
  config = wanted;
  forget_ready();
  since |= DATA_CONFIG;
  info_due = true;
  return ACK_DONE;
}

static uint8_t change_batch(uint8_t count) {
  if (count < 1 || count > SAMPLES_A_FRAME) return ACK_RANGE;
  send_batch();
  per_frame = count;
  since |= DATA_CONFIG;
  info_due = true;
  return ACK_DONE;
}

static void load_id() {
  StoredId stored;
  eeprom_read_block(&stored, &stored_id, sizeof stored);
  if (stored.crc == crc_of(stored.id, DEVICE_ID_BYTES)) memcpy(device_id, stored.id, DEVICE_ID_BYTES);
}

static uint8_t store_id(const uint8_t *id) {
  StoredId stored, check;
  memcpy(stored.id, id, DEVICE_ID_BYTES);
  stored.crc = crc_of(id, DEVICE_ID_BYTES);
  eeprom_update_block(&stored, &stored_id, sizeof stored);
  eeprom_read_block(&check, &stored_id, sizeof check);
  if (memcmp(&stored, &check, sizeof check) != 0) return ACK_NOT_STORED;
  memcpy(device_id, id, DEVICE_ID_BYTES);
  info_due = true;
  return ACK_DONE;
}

static void start_or_stop(bool start) {
  if (!start) send_batch();
  sending = start;
  if (!start) forget_ready();
}

/* Payload bytes a command has; 255 for one we do not know. */
static uint8_t payload_of(uint8_t type) {
  switch (type) {
    case COMMAND_START: case COMMAND_STOP: case COMMAND_INFO: return 0;
    case COMMAND_DIVIDER: case COMMAND_FILTER: case COMMAND_BATCH: return 1;
    case COMMAND_RANGES: return 2;
    case COMMAND_PING: return 4;
    case COMMAND_SET_ID: return DEVICE_ID_BYTES;
    default: return 255;
  }
}

static uint8_t obey(uint8_t type, const uint8_t *payload) {
  ChipConfig wanted = config;
  switch (type) {
    case COMMAND_START: case COMMAND_STOP:
      start_or_stop(type == COMMAND_START);
      return ACK_DONE;
    case COMMAND_DIVIDER:
      wanted.divider = payload[0];
      return change_chip(wanted);
    case COMMAND_RANGES:
      if (payload[0] > 3 || payload[1] > 3) return ACK_RANGE;
      wanted.acc_range = payload[0];
      wanted.gyr_range = payload[1];
      return change_chip(wanted);
    case COMMAND_FILTER:
      if (payload[0] < 1 || payload[0] > 6) return ACK_RANGE; /* 0 and 7: the chip would run at 8 kHz */
      wanted.filter = payload[0];
      return change_chip(wanted);
    case COMMAND_BATCH:
      return change_batch(payload[0]);
    default:
      return store_id(payload); /* COMMAND_SET_ID */
  }
}

static void on_command(const uint8_t *body, uint8_t length, uint32_t t_rx) {
  const uint8_t type = body[0], expected = payload_of(type);
  if (type < COMMAND_FIRST) return; /* not for us: an echo, perhaps */
  if (expected == 255) {
    acknowledge(type, ACK_UNKNOWN);
  } else if (length - 1 != expected) {
    acknowledge(type, ACK_LENGTH);
  } else if (type == COMMAND_INFO) {
    info_due = true;
  } else if (type == COMMAND_PING) {
    Frame frame;
    make_pong(&frame, get_u32(body + 1), t_rx, micros());
    queue_put(answers, frame);
  } else {
    acknowledge(type, obey(type, body + 1));
  }
}

static void listen() {
  while (Serial.available() > 0) {
    const uint8_t byte = (uint8_t)Serial.read();
    if (byte != 0) {
      if (command_length < sizeof command) command[command_length++] = byte;
      else command_overlong = true;
      continue;
    }
    const uint8_t length = command_overlong ? 0 : frame_open(command, command_length);
    command_length = 0;
    command_overlong = false;
    if (length) on_command(command, length, micros());
  }
}

/* ---------------------------------------------------------------- the day */

/* On while the chip does not answer, a short blink each second when it does. Of INT it tells nothing. */
static void show_light(uint32_t now) { digitalWrite(LED_BUILTIN, !chip_ok || now - second_began < BLINK_US); }

/* A length of time is over; then it begins anew, in step unless the clock jumped or we were kept. */
static bool over(uint32_t *began, uint32_t length, uint32_t now) {
  if (now - *began < length) return false;
  *began += length;
  if (now - *began >= length) *began = now;
  return true;
}

static void by_the_clock(uint32_t now) {
  static bool status_due;
  const bool second = over(&second_began, SECOND_US, now);
  const bool retry = over(&retry_began, RETRY_US, now);
  if (status_due) send_status(now);
  status_due = second; /* a turn of loop() later: with the look at the chip it would take longer than 1 kHz leaves */
  if (second || (retry && !chip_ok)) look_after_chip();
}

/* Sleeps until an interrupt: the sensor, a byte, or the clock each millisecond. The look and the sleep must not be
 * parted by an interrupt: after sei() one more instruction runs before any interrupt does, and that is the sleep. */
static void nap() {
  cli();
  if (ready_count == taken_count && !Serial.available() && !line_has_work()) {
    sleep_enable();
    sei();
    sleep_cpu();
    sleep_disable();
  }
  sei();
}

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  pinMode(READY_PIN, INPUT);
  set_sleep_mode(SLEEP_MODE_IDLE);
  ADCSRA = 0; /* the converter is not used: 0.2 mA of the battery */
  Serial.begin(BAUD_RATE);
  Serial.write((uint8_t)0); /* parts us from what lay on the line before */
  if (reset_cause > 15) reset_cause = 0; /* r2 held something else: an old bootloader */
  load_id();
  bus_begin();
  chip_set_up(false);
  info_due = true;
  second_began = retry_began = micros();
  attachInterrupt(digitalPinToInterrupt(READY_PIN), on_ready, RISING);
}

void loop() {
  take_sample();
  listen();
  const uint32_t now = micros();
  by_the_clock(now);
  show_light(now);
  take_sample(); /* the look at the chip took a third of the time that 1 kHz leaves */
  send_due_info();
  feed_line();
  nap();
}
