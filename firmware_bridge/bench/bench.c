/*
 * The real sketch on a simulated ATmega328P, with a modelled MPU-6050 on its I2C bus and its serial port on a pty.
 *
 * Lives here: time, the two wires between chip and controller, the pty, faults at stated moments.
 * Not here:   what the chip does (mpu6050_model.c), what it feels (readings.c), compiling and starting (run.py), the sketch.
 *
 * Linked to libsimavr; nothing of simavr is copied. Where simavr departs from the hardware in a way that matters here,
 * the function that puts it right says so. The same sketch, readings and script give the same bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_ioport.h>
#include <simavr/avr_twi.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_time.h>

#include "mpu6050_model.h"
#include "readings.h"

#define BITS_A_BYTE 10           /* start, eight, stop: 8N1 */
#define INT_PULSE_US 50          /* [us]  Source: RM p. 26 */
#define SLICE_US 1000            /* between two looks at pty, script and wall clock, simulated.  [us] */
#define CLOCKS_TO_FREE 9         /* Source: NXP UM10204 3.1.16 */
#define SDA_PIN 4                /* PC4 and PC5 of the ATmega328P */
#define SCL_PIN 5
/* Real boards spend a second in their bootloader after the reset that opening the port makes; that is when a program
 * throws away what it finds in its buffer. The same pause here, in wall time.  [s]  Chosen: pyserial takes 5 ms. */
#define OPEN_PAUSE_S 0.15
#define IDLE_END_S 3.0 /* at the end a reader that takes nothing for so long has gone.  [s]  Chosen */

typedef struct {
  double at; /* [s] simulated */
  char words[400];
} Order;

static struct {
  const char *elf, *readings, *script, *truth, *out;
  uint32_t f_cpu;
  unsigned who;
  double seconds, lead, chip_ppm, speed, temperature;
  bool live, keep_unread, reset_on_open, anew;
} option = {.f_cpu = 16000000, .who = 0x68, .temperature = 25.0, .reset_on_open = true};

static avr_t *avr;
static avr_twi_t *twi;
static avr_uart_t *uart;
static avr_irq_t *twi_in, *uart_in, *int_pin;
static Mpu chip;

/* Orders by the time since the start, and those by the time since each reset of the board. */
typedef struct {
  Order *list;
  size_t count, next;
  double since;
} Script;
static Script once, each_boot;
static FILE *truth;

static avr_cycle_count_t cycles_before; /* in the lives before the last reset */
static unsigned boot;

/* Faults that are on. [s], until when */
static double nack_until, scl_stuck_until;
static bool sda_stuck;
static unsigned scl_clocks;
static bool bus_busy; /* between START and STOP */

static uint8_t to_host[1 << 16], to_board[1 << 12];
static size_t to_host_count, to_board_first, to_board_count;
static int master = -1, out_file = -1;
static int port_keeper = -1, watcher = -1;
static unsigned users; /* programs that have the port open */
static bool quit;

/* ---------------------------------------------------------------- small things */

static void die(const char *what, const char *which) {
  fprintf(stderr, "bench: %s%s%s\n", what, which ? ": " : "", which ? which : "");
  exit(2);
}

static double seconds_now(void) { return (double)(cycles_before + avr->cycle) / avr->frequency; }

static double wall(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void sleep_for(double seconds) {
  if (seconds <= 0) return;
  const struct timespec length = {(time_t)seconds, (long)(1e9 * (seconds - floor(seconds)))};
  nanosleep(&length, NULL);
}

/* simavr tells on stdout what it loads; stdout is the port's name and nothing else. */
static void only_errors(avr_t *a, const int level, const char *format, va_list values) {
  (void)a;
  if (level <= LOG_ERROR) vfprintf(stderr, format, values);
}

static void on_signal(int number) {
  (void)number;
  quit = true;
}

/* ---------------------------------------------------------------- the chip's clock and its INT pin */

static avr_cycle_count_t int_falls(avr_t *a, avr_cycle_count_t when, void *param) {
  (void)a, (void)when, (void)param;
  avr_raise_irq(int_pin, mpu_int_inverted(&chip));
  return 0;
}

static void raise_int(void) {
  avr_raise_irq(int_pin, !mpu_int_inverted(&chip));
  if (!mpu_int_latched(&chip)) avr_cycle_timer_register(avr, avr_usec_to_cycles(avr, INT_PULSE_US), int_falls, NULL);
}

/* A latched INT falls with its flag. */
static void settle_int(void) {
  if (mpu_int_latched(&chip) && !mpu_int_pending(&chip)) avr_raise_irq(int_pin, mpu_int_inverted(&chip));
}

/* What the chip said and when, to hold the wire's samples against. */
static void note_truth(double seconds) {
  if (!truth) return;
  fprintf(truth, "%u,%.3f", boot, seconds * 1e6);
  for (int i = 0; i < 7; ++i) fprintf(truth, ",%d", chip.last[i]);
  fputc('\n', truth);
}

/* One cycle of the chip's own clock, which is off by chip_ppm. Cycles are counted out, so nothing adds up. */
static avr_cycle_count_t chip_clock(avr_t *a, avr_cycle_count_t when, void *param) {
  static double due, rest;
  (void)param;
  const double cycle_us = mpu_cycle_us(&chip);
  const double cycles = (cycle_us > 0 ? cycle_us : 1000.0) * 1e-6 / (1.0 + 1e-6 * option.chip_ppm) * a->frequency;
  if (cycle_us > 0 && mpu_clock(&chip)) {
    double now[6];
    readings_at(seconds_now() - (option.anew ? each_boot.since : 0.0) - option.lead, now);
    if (mpu_sample(&chip, now)) {
      note_truth(seconds_now());
      raise_int();
    }
  }
  due = cycles + rest;
  rest = due - floor(due);
  return when + (avr_cycle_count_t)floor(due);
}

/* ---------------------------------------------------------------- the I2C bus */

/* simavr takes 1 us a bit whatever the bit rate register says. This definition stands in for the library's: for the
 * I2C part it charges 16 + 2 TWBR 4^TWPS cycles a bit (ATmega328P datasheet, 22.5.2), else it is as it was. A stuck bus
 * never ends what was begun. */
void avr_cycle_timer_register_usec(struct avr_t *a, uint32_t when, avr_cycle_timer_t timer, void *param) {
  if (param != (void *)twi || !twi) {
    avr_cycle_timer_register(a, avr_usec_to_cycles(a, when), timer, param);
    return;
  }
  if (sda_stuck || seconds_now() < scl_stuck_until) return;
  const uint32_t a_bit = 16u + 2u * a->data[twi->r_twbr] * (1u << 2 * (a->data[twi->r_twsr] & 3));
  avr_cycle_timer_register(a, (avr_cycle_count_t)when * a_bit, timer, param);
}

static void answer(uint8_t what, uint8_t address, uint8_t data) {
  avr_raise_irq(twi_in, avr_twi_irq_msg(what, address, data));
}

static void on_twi(struct avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq, (void)param;
  const avr_twi_msg_irq_t message = {.u.v = value};
  const uint8_t what = message.u.twi.msg, address = message.u.twi.addr;
  if (what & TWI_COND_STOP) {
    mpu_stop(&chip);
    bus_busy = false;
  }
  if (what & TWI_COND_START) {
    bus_busy = true;
    if (seconds_now() >= nack_until && mpu_start(&chip, address)) answer(TWI_COND_ACK, address, 1);
  }
  if (what & TWI_COND_WRITE && mpu_write(&chip, message.u.twi.data)) answer(TWI_COND_ACK, address, 1);
  if (what & TWI_COND_READ) answer(TWI_COND_READ, address, mpu_read(&chip)); /* nobody there: the pull-ups' 0xFF */
  settle_int();
}

/* Clocks and a STOP by hand: nine clocks free a slave that holds SDA, and it takes SDA that rises while SCL is high for
 * a STOP. A line that becomes an input is pulled up. */
static void on_port_c_direction(struct avr_irq_t *irq, uint32_t value, void *param) {
  static uint32_t before;
  (void)irq, (void)param;
  const uint32_t rose = before & ~value, scl = 1u << SCL_PIN, sda = 1u << SDA_PIN;
  before = value;
  if (rose & scl && sda_stuck && ++scl_clocks >= CLOCKS_TO_FREE) sda_stuck = false;
  if (rose & sda && !(value & scl) && !sda_stuck) {
    mpu_stop(&chip);
    bus_busy = false;
  }
}

/* ---------------------------------------------------------------- the serial port */

static void on_uart_byte(struct avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq, (void)param;
  /* simavr counts 11 bits a byte, a parity bit among them. */
  const uint32_t ubrr = avr->data[uart->ubrrl.reg] | (uint32_t)avr->data[uart->ubrrh.reg] << 8;
  uart->cycles_per_byte = (avr_cycle_count_t)BITS_A_BYTE * (avr_regbit_get(avr, uart->u2x) ? 8 : 16) * (ubrr + 1);
  if (to_host_count < sizeof to_host) to_host[to_host_count++] = (uint8_t)value;
}

/* One byte to the board each byte time. */
static avr_cycle_count_t feed_board(avr_t *a, avr_cycle_count_t when, void *param) {
  (void)a, (void)param;
  if (to_board_count) {
    avr_raise_irq(uart_in, to_board[to_board_first]);
    to_board_first = (to_board_first + 1) % sizeof to_board;
    --to_board_count;
  }
  const avr_cycle_count_t byte = uart->cycles_per_byte;
  return when + (byte > 160 ? byte : 160); /* 160: 1 Mbaud at 16 MHz, before the sketch has set its own */
}

static void say_to_board(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count && to_board_count < sizeof to_board; ++i, ++to_board_count) {
    to_board[(to_board_first + to_board_count) % sizeof to_board] = bytes[i];
  }
}

/* ---------------------------------------------------------------- the board */

/* simavr would spend a sleep of the controller asleep itself; keep_pace() looks after the wall clock. */
static void no_wall_sleep(avr_t *a, avr_cycle_count_t length) { (void)a, (void)length; }

static void find_parts(void) {
  for (avr_io_t *io = avr->io_port; io; io = io->next) {
    if (strcmp(io->kind, "twi") == 0) twi = (avr_twi_t *)io;
    if (strcmp(io->kind, "uart") == 0 && ((avr_uart_t *)io)->name == '0') uart = (avr_uart_t *)io;
  }
  if (!twi || !uart) die("this controller has no I2C or no serial port", NULL);
}

static void wire_up(void) {
  uint32_t flags = 0;
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  twi_in = avr_io_getirq(avr, AVR_IOCTL_TWI_GETIRQ(0), TWI_IRQ_INPUT);
  uart_in = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
  int_pin = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), IOPORT_IRQ_PIN2);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_TWI_GETIRQ(0), TWI_IRQ_OUTPUT), on_twi, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_uart_byte, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('C'), IOPORT_IRQ_DIRECTION_ALL),
                          on_port_c_direction, NULL);
}

/* A reset forgets all cycle timers; these two are the world's and go on. */
static void start_timers(void) {
  avr_cycle_timer_register(avr, 1, chip_clock, NULL);
  avr_cycle_timer_register(avr, 1, feed_board, NULL);
}

static void make_board(void) {
  elf_firmware_t firmware = {0};
  avr_global_logger_set(only_errors);
  if (elf_read_firmware(option.elf, &firmware) != 0) die("cannot read the sketch", option.elf);
  avr = avr_make_mcu_by_name("atmega328p");
  if (!avr) die("this simavr does not know the ATmega328P", NULL);
  avr_init(avr);
  firmware.frequency = option.f_cpu;
  avr_load_firmware(avr, &firmware);
  avr->frequency = option.f_cpu;
  avr->log = LOG_ERROR;
  avr->sleep = no_wall_sleep;
  find_parts();
  wire_up();
  avr_regbit_set(avr, avr->reset_flags.porf);
  start_timers();
}

/* What DTR does to the RESET pin. */
static void reset_board(void) {
  const avr_cycle_count_t before = avr->cycle;
  avr_reset(avr);
  cycles_before += before - avr->cycle;
  avr_regbit_clear(avr, avr->reset_flags.porf);
  avr_regbit_set(avr, avr->reset_flags.extrf);
  mpu_stop(&chip);
  bus_busy = false;
  to_board_count = 0;
  ++boot;
  each_boot.next = 0;
  each_boot.since = seconds_now();
  start_timers();
}

/* ---------------------------------------------------------------- orders: faults and bytes at stated moments */

static size_t from_hex(const char *hex, uint8_t *out, size_t room) {
  size_t count = 0;
  unsigned value;
  while (count < room && sscanf(hex, "%2x", &value) == 1 && strlen(hex) >= 2) {
    out[count++] = (uint8_t)value;
    hex += 2;
  }
  return count;
}

static void poke(const char *what) {
  unsigned address = 0;
  char hex[64] = "";
  uint8_t bytes[32];
  if (sscanf(what, "%x %63s", &address, hex) != 2) die("poke needs an address and bytes", what);
  const size_t count = from_hex(hex, bytes, sizeof bytes);
  if (address + count > avr->ramend) die("poke is outside the memory", what);
  memcpy(avr->data + address, bytes, count);
}

static void power(bool on) {
  mpu_power(&chip, on);
  avr_raise_irq(int_pin, 0);
}

static void obey(const char *words) {
  char verb[32] = "", rest[360] = "";
  uint8_t bytes[180];
  sscanf(words, "%31s %359[^\n]", verb, rest);
  const double until = seconds_now() + strtod(rest, NULL);
  if (!strcmp(verb, "nack")) nack_until = until;
  else if (!strcmp(verb, "stuck-scl")) scl_stuck_until = until;
  else if (!strcmp(verb, "stuck-sda")) sda_stuck = true, scl_clocks = 0;
  else if (!strcmp(verb, "power-off")) power(false);
  else if (!strcmp(verb, "power-on")) power(true);
  else if (!strcmp(verb, "reset")) reset_board();
  else if (!strcmp(verb, "poke")) poke(rest);
  else if (!strcmp(verb, "send")) say_to_board(bytes, from_hex(rest, bytes, sizeof bytes));
  else if (!strcmp(verb, "quit")) quit = true;
  else if (verb[0]) die("no such order", words);
}

/* A jump of the clock within an I2C transfer would look like a timeout. */
static bool must_wait(const Order *order) { return bus_busy && !strncmp(order->words, "poke", 4); }

/* A reset among the orders begins each_boot anew, so each order is looked at afresh. */
static void obey_due(Script *script) {
  while (script->next < script->count) {
    const Order *order = &script->list[script->next];
    if (script->since + order->at > seconds_now() || must_wait(order)) return;
    ++script->next;
    obey(order->words);
  }
}

static double time_to_next(const Script *script) {
  return script->next < script->count ? script->since + script->list[script->next].at - seconds_now() : INFINITY;
}

static void add_order(Script *script, const Order *order) {
  if (script->count && order->at < script->list[script->count - 1].at) die("moments do not rise in", option.script);
  script->list = realloc(script->list, (script->count + 1) * sizeof *order);
  if (!script->list) die("no memory for the script", NULL);
  script->list[script->count++] = *order;
}

static void load_script(void) {
  FILE *in = fopen(option.script, "r");
  char line[512];
  if (!in) die("cannot read", option.script);
  while (fgets(line, sizeof line, in)) {
    Order order = {0};
    if (line[0] == '#' || line[0] == '\n') continue;
    if (sscanf(line, "%lf %399[^\n]", &order.at, order.words) != 2) die("not SECONDS ORDER", line);
    add_order(line[0] == '+' ? &each_boot : &once, &order);
  }
  fclose(in);
}

/* Orders on stdin are for now. */
static void obey_live(void) {
  static char line[512];
  static size_t length;
  struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
  while (option.live && poll(&in, 1, 0) > 0) {
    char c;
    if (read(STDIN_FILENO, &c, 1) != 1) {
      option.live = false;
    } else if (c == '\n') {
      line[length] = 0;
      length = 0;
      obey(line);
    } else if (length + 1 < sizeof line) {
      line[length++] = c;
    }
  }
}

/* ---------------------------------------------------------------- the host's end */

static void open_pty(void) {
  master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) die("no pty to be had", strerror(errno));
  const char *name = ptsname(master);
  struct termios raw;
  port_keeper = open(name, O_RDWR | O_NOCTTY); /* held open: without any user a pty would give errors, not wait */
  if (port_keeper < 0 || tcgetattr(port_keeper, &raw) != 0) die("cannot open", name);
  cfmakeraw(&raw);
  tcsetattr(port_keeper, TCSANOW, &raw);
  fcntl(master, F_SETFL, O_NONBLOCK);
  watcher = inotify_init1(IN_NONBLOCK);
  if (watcher < 0 || inotify_add_watch(watcher, name, IN_OPEN | IN_CLOSE) < 0) die("cannot watch", name);
  printf("%s\n", name);
  fflush(stdout);
}

/* Reads who opened and closed the port since the last look. A program may close it and open it again between two looks:
 * that is a reset, too, so the events are counted and not the state looked at. True when it was opened. */
static bool count_users(void) {
  _Alignas(struct inotify_event) char events[4096];
  bool opened = false;
  for (ssize_t length; (length = read(watcher, events, sizeof events)) > 0;) {
    for (char *at = events; at < events + length;) {
      const struct inotify_event *event = (const struct inotify_event *)at;
      if (event->mask & IN_OPEN && users++ == 0) opened = true;
      if (event->mask & IN_CLOSE && users > 0) --users;
      at += sizeof *event + event->len;
    }
  }
  return opened;
}

/* Opening the port pulls DTR and with it RESET, as on an Uno or Nano. True when time stood still meanwhile. */
static bool watch_port(void) {
  if (!count_users()) return false;
  tcflush(port_keeper, TCIFLUSH); /* what the user before did not read */
  sleep_for(OPEN_PAUSE_S);
  to_host_count = 0;
  if (option.reset_on_open) reset_board();
  return true;
}

static void drop_from_host_queue(size_t count) {
  memmove(to_host, to_host + count, to_host_count - count);
  to_host_count -= count;
}

/* Hands the board's bytes on. With keep_unread time stands still until they are taken; else what nobody takes is lost,
 * as on a real line. True when time stood still. */
static bool serve_host(void) {
  bool waited = false;
  while (to_host_count && !quit) {
    const int to = out_file >= 0 ? out_file : master;
    const ssize_t done = users || out_file >= 0 ? write(to, to_host, to_host_count) : -1;
    if (done > 0) {
      drop_from_host_queue((size_t)done);
    } else if (!option.keep_unread) {
      if (!users || to_host_count > sizeof to_host / 2) to_host_count = 0;
      return waited;
    } else {
      struct pollfd p = {.fd = master, .events = POLLOUT};
      poll(&p, 1, 20);
      waited = true;
      watch_port();
      if (!users) return true;
    }
  }
  return waited;
}

static void hear_host(void) {
  uint8_t bytes[256];
  if (!users || to_board_count > sizeof to_board / 2) return;
  const ssize_t count = read(master, bytes, sizeof bytes);
  if (count > 0) say_to_board(bytes, (size_t)count);
}

/* With keep_unread the world waits for somebody to open the port. */
static bool wait_for_reader(void) {
  bool waited = false;
  while (out_file < 0 && option.keep_unread && !users && !quit) {
    sleep_for(0.005);
    obey_live();
    watch_port();
    waited = true;
  }
  return waited;
}

/* When the master's end of a pty is closed, what the reader has not yet taken is thrown away. So with keep_unread the
 * end waits for it, as long as it takes anything. */
static void wait_until_read(void) {
  int left = 1, left_before = 0;
  for (double idle_since = wall(); users && wall() - idle_since < IDLE_END_S; count_users()) {
    sleep_for(0.02);
    if (ioctl(port_keeper, FIONREAD, &left) != 0 || (left == 0 && left_before == 0)) return;
    if (left != left_before) idle_since = wall();
    left_before = left;
  }
}

/* ---------------------------------------------------------------- the run */

/* Until the next look at the world, but not past an order: those are obeyed to the instruction. */
static void run_slice(void) {
  double length = 1e-6 * SLICE_US;
  length = fmin(length, time_to_next(&once));
  length = fmin(length, time_to_next(&each_boot));
  const avr_cycle_count_t stop = avr->cycle + (avr_cycle_count_t)(fmax(length, 0.0) * avr->frequency);
  do {
    const int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) die("the sketch crashed", NULL);
  } while (avr->cycle < stop);
}

/* Not faster than speed allows. */
static void keep_pace(bool stood_still) {
  static double wall_began, simulated_began;
  if (option.speed <= 0) return;
  if (stood_still || wall_began == 0.0) {
    wall_began = wall();
    simulated_began = seconds_now();
  }
  sleep_for(wall_began + (seconds_now() - simulated_began) / option.speed - wall());
}

static double end(void) {
  if (option.seconds > 0) return option.seconds;
  return option.lead + readings_length() + (option.anew ? each_boot.since : 0.0);
}

static void run(void) {
  while (!quit && seconds_now() < end()) {
    bool stood_still = wait_for_reader();
    obey_live();
    obey_due(&once);
    obey_due(&each_boot);
    run_slice();
    if (out_file < 0) stood_still |= watch_port();
    stood_still |= serve_host();
    if (out_file < 0) hear_host();
    keep_pace(stood_still);
  }
}

static const char *const HELP =
    "bench --elf SKETCH --readings CSV [options]: the real sketch, run. Prints the path of its serial port.\n"
    "  --readings CSV     t ax ay az gx gy gz, SI units; - for stdin\n"
    "  --lead S           hold the first reading this long before the rest is played\n"
    "  --anew             a reset of the board begins the readings anew\n"
    "  --seconds S        how long to run, simulated; else to the end of the readings\n"
    "  --script FILE      lines of: SECONDS ORDER, +SECONDS counts from each reset; --live takes ORDERs on stdin\n"
    "                     orders: nack S, stuck-scl S, stuck-sda, power-off, power-on, reset, poke ADDRESS HEX,\n"
    "                     send HEX, quit\n"
    "  --speed X          1 is real time, 0 (default) as fast as it goes\n"
    "  --keep-unread      time stands still until somebody reads; else unread bytes are lost as on a line\n"
    "  --no-reset         opening the port does not reset the board\n"
    "  --out FILE         the board's bytes into a file, no pty\n"
    "  --truth FILE       each sample the chip had ready: boot, us, ax ay az T gx gy gz\n"
    "  --f-cpu HZ, --who HEX, --chip-ppm P, --temperature C\n";

static void read_options(int count, char **words) {
  static const struct option known[] = {
      {"elf", 1, 0, 'e'},       {"readings", 1, 0, 'r'}, {"lead", 1, 0, 'l'},        {"seconds", 1, 0, 's'},
      {"script", 1, 0, 'c'},    {"live", 0, 0, 'i'},     {"speed", 1, 0, 'x'},       {"keep-unread", 0, 0, 'k'},
      {"no-reset", 0, 0, 'n'},  {"out", 1, 0, 'o'},      {"truth", 1, 0, 't'},       {"f-cpu", 1, 0, 'f'},
      {"who", 1, 0, 'w'},       {"chip-ppm", 1, 0, 'p'}, {"temperature", 1, 0, 'd'}, {"help", 0, 0, 'h'},
      {"anew", 0, 0, 'a'},
      {0, 0, 0, 0}};
  for (int letter; (letter = getopt_long(count, words, "", known, NULL)) != -1;) {
    switch (letter) {
      case 'e': option.elf = optarg; break;
      case 'r': option.readings = optarg; break;
      case 'l': option.lead = strtod(optarg, NULL); break;
      case 's': option.seconds = strtod(optarg, NULL); break;
      case 'c': option.script = optarg; break;
      case 'i': option.live = true; break;
      case 'x': option.speed = strtod(optarg, NULL); break;
      case 'k': option.keep_unread = true; break;
      case 'a': option.anew = true; break;
      case 'n': option.reset_on_open = false; break;
      case 'o': option.out = optarg; break;
      case 't': option.truth = optarg; break;
      case 'f': option.f_cpu = (uint32_t)strtoul(optarg, NULL, 10); break;
      case 'w': option.who = (unsigned)strtoul(optarg, NULL, 16); break;
      case 'p': option.chip_ppm = strtod(optarg, NULL); break;
      case 'd': option.temperature = strtod(optarg, NULL); break;
      case 'h': fputs(HELP, stdout); exit(0);
      default: fputs(HELP, stderr); exit(2);
    }
  }
  if (!option.elf || !option.readings) die("--elf and --readings are needed; --help says more", NULL);
}

static void open_files(void) {
  const char *wrong = readings_load(option.readings);
  if (wrong) die(wrong, option.readings);
  if (option.script) load_script();
  if (option.truth && !(truth = fopen(option.truth, "w"))) die("cannot write", option.truth);
  if (!option.out) {
    open_pty();
  } else if ((out_file = open(option.out, O_WRONLY | O_CREAT | O_TRUNC, 0644)) < 0) {
    die("cannot write", option.out);
  }
}

int main(int count, char **words) {
  read_options(count, words);
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mpu_init(&chip, 0x68, (uint8_t)option.who, option.temperature);
  open_files();
  make_board();
  run();
  if (truth) fclose(truth);
  if (option.keep_unread && !quit && out_file < 0) wait_until_read();
  return 0;
}
