/* A network filter with faults. The first letter that a client sends says which one it wants to see. */

typedef unsigned int u32;

#define IMPORT(name) __attribute__((import_module("env"), import_name(#name))) u32 name
#define EXPORT(name) __attribute__((export_name(#name), visibility("default"))) name
#define OUT_OF_LINE static __attribute__((noinline))

enum { CONTINUE = 0, DOWNSTREAM = 2 };

IMPORT(proxy_get_buffer_bytes)(u32 buffer, u32 start, u32 len, const char **data, u32 *data_len);

void EXPORT(proxy_abi_version_0_2_1)(void) {}

static char memory_for_the_host[4096];
void *EXPORT(proxy_on_memory_allocate)(u32 len) { return len <= sizeof memory_for_the_host ? memory_for_the_host : 0; }

/* The compiler puts it into its caller. */
static inline __attribute__((always_inline)) void give_up(void) {
    __builtin_trap(); /* here */
}

OUT_OF_LINE void parse(const char *data) {
    if (data[0] == 'a') give_up();
}

static volatile u32 count;

OUT_OF_LINE void spin(void) {
    for (;;) count++;
}

OUT_OF_LINE void hoard(void) {
    while (__builtin_wasm_memory_grow(0, 1) != (unsigned long)-1) count++;
    __builtin_trap(); /* no more */
}

OUT_OF_LINE u32 dive(void) {
    if (count++ == (u32)-1) return 0;
    return dive() + count;
}

OUT_OF_LINE void stray(void) {
    *(volatile u32 *)0xfffffff0 = count;
}

u32 EXPORT(proxy_on_downstream_data)(u32 context, u32 size, u32 end) {
    const char *data = "";
    u32 len = 0;
    (void)context, (void)end;
    if (!size || proxy_get_buffer_bytes(DOWNSTREAM, 0, size, &data, &len) || !len) return CONTINUE;
    parse(data);
    if (data[0] == 'l') spin();
    if (data[0] == 'm') hoard();
    if (data[0] == 'r') return dive();
    if (data[0] == 's') stray();
    return CONTINUE;
}
