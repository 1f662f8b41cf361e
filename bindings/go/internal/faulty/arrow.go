// SPDX-License-Identifier: MIT

package faulty

/*
#include <icp/arrow.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct one { struct ArrowSchema schema; struct ArrowArray array; int fails; };

static int one_schema(struct ArrowArrayStream *s, struct ArrowSchema *out) {
    struct one *o = s->private_data;
    *out = o->schema;
    o->schema.release = NULL;
    return 0;
}
static int one_next(struct ArrowArrayStream *s, struct ArrowArray *out) {
    struct one *o = s->private_data;
    if (o->fails && o->array.release == NULL)
        return EIO;
    *out = o->array;
    o->array.release = NULL;
    return 0;
}
static const char *one_error(struct ArrowArrayStream *s) { (void)s; return "the producer is tired"; }
static void one_release(struct ArrowArrayStream *s) {
    struct one *o = s->private_data;
    if (o->schema.release) o->schema.release(&o->schema);
    if (o->array.release) o->array.release(&o->array);
    free(o);
    s->release = NULL;
}
static struct one *one_new(void) { return calloc(1, sizeof(struct one)); }
static void *one_stream(struct one *o, int fails) {
    struct ArrowArrayStream *s = calloc(1, sizeof *s);
    *s = (struct ArrowArrayStream){one_schema, one_next, one_error, one_release, o};
    o->fails = fails;
    return s;
}
static int released(const void *array) { return ((const struct ArrowArray *)array)->release == NULL; }
static void let_go(void *schema) { struct ArrowSchema *s = schema; if (s->release) s->release(s); }
*/
import "C"

import "unsafe"

// Arrow gives room for a schema and an array, to be filled in, and then a stream of that one array, which fails at its end or does not.
func Arrow() (schema, array unsafe.Pointer, stream func(fails bool) unsafe.Pointer) {
	o := C.one_new()
	return unsafe.Pointer(&o.schema), unsafe.Pointer(&o.array), func(fails bool) unsafe.Pointer {
		if fails {
			return C.one_stream(o, 1)
		}
		return C.one_stream(o, 0)
	}
}

// Released tells whether an array was moved or released.
func Released(array unsafe.Pointer) bool { return C.released(array) != 0 }

// ReleaseSchema releases a schema.
func ReleaseSchema(schema unsafe.Pointer) { C.let_go(schema) }
