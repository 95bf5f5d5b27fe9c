/* A network filter in C, without any library: replaces the server's first words, counts what passes, and says goodbye.

   clang --target=wasm32 -O2 -ffreestanding -fno-builtin -nostdlib -Wl,--no-entry -o greeter.wasm greeter.c */

typedef unsigned int u32;
typedef unsigned long long u64;

#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) u32 name
#define EXPORT(name) __attribute__((export_name(#name), visibility("default"))) name

enum { CONTINUE = 0, INFO = 2, UPSTREAM = 3, COUNTER = 0 };

IMPORT(proxy_log)(u32 level, const char *text, u32 len);
IMPORT(proxy_set_buffer_bytes)(u32 buffer, u32 start, u32 len, const char *data, u32 data_len);
IMPORT(proxy_define_metric)(u32 kind, const char *name, u32 name_len, u32 *id);
IMPORT(proxy_increment_metric)(u32 id, u64 offset);

static const char GREETING[] = "220 hello from C\r\n";
static u32 bytes_up, bytes_down, greeted;

static u32 length(const char *text) {
    u32 len = 0;
    while (text[len]) len++;
    return len;
}

static void say(const char *text) { proxy_log(INFO, text, length(text)); }

void EXPORT(proxy_abi_version_0_2_1)(void) {}

/* The host asks for little, and never twice at the same time. */
static char memory_for_the_host[65536];
void *EXPORT(proxy_on_memory_allocate)(u32 len) { return len <= sizeof memory_for_the_host ? memory_for_the_host : 0; }

u32 EXPORT(proxy_on_configure)(u32 root, u32 size) {
    (void)root, (void)size;
    proxy_define_metric(COUNTER, "greeter_bytes_up", length("greeter_bytes_up"), &bytes_up);
    proxy_define_metric(COUNTER, "greeter_bytes_down", length("greeter_bytes_down"), &bytes_down);
    say("configured");
    return 1;
}

u32 EXPORT(proxy_on_new_connection)(u32 context) {
    (void)context;
    greeted = 0;
    return CONTINUE;
}

u32 EXPORT(proxy_on_downstream_data)(u32 context, u32 size, u32 end) {
    (void)context, (void)end;
    if (size) proxy_increment_metric(bytes_up, size);
    return CONTINUE;
}

u32 EXPORT(proxy_on_upstream_data)(u32 context, u32 size, u32 end) {
    (void)context, (void)end;
    if (size) proxy_increment_metric(bytes_down, size);
    if (size && !greeted) {
        greeted = 1;
        proxy_set_buffer_bytes(UPSTREAM, 0, size, GREETING, sizeof GREETING - 1);
        say("greeted");
    }
    return CONTINUE;
}

void EXPORT(proxy_on_downstream_connection_close)(u32 context, u32 peer) {
    (void)context;
    say(peer == 2 ? "goodbye, the client has left" : "goodbye");
}
