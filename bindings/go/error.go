// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"icp/internal/bridge"
)

// Code is the status of a call that failed. A code is never renumbered and never reused. Each is an error of its own, for
// errors.Is(err, icp.ErrFormat).
type Code int32

// The status codes; doc/codes.md has causes and cures.
const (
	ErrArgument    Code = C.ICP_E_ARGUMENT    // an argument is nil, out of range, or contradicts another
	ErrMemory      Code = C.ICP_E_MEMORY      // there is no memory
	ErrIO          Code = C.ICP_E_IO          // a reader, a writer or a file failed; errors.Is finds its own error too
	ErrCancelled   Code = C.ICP_E_CANCELLED   // the context.Context was done; errors.Is finds its error too
	ErrLimit       Code = C.ICP_E_LIMIT       // the input exceeds a limit (ContextOptions, doc/limits.md)
	ErrUnsupported Code = C.ICP_E_UNSUPPORTED // this library does not know the option, column, layer or feature
	ErrFormat      Code = C.ICP_E_FORMAT      // the bytes are not of the expected format
	ErrChecksum    Code = C.ICP_E_CHECKSUM    // the file is damaged
	ErrVersion     Code = C.ICP_E_VERSION     // the file needs a newer library
	ErrExtraction  Code = C.ICP_E_EXTRACTION  // the model's trait extraction version is not in this library
	ErrSchema      Code = C.ICP_E_SCHEMA      // the schema is invalid or does not fit the data
	ErrKey         Code = C.ICP_E_KEY         // the key column is missing, ambiguous or empty
	ErrTooFew      Code = C.ICP_E_TOO_FEW     // not enough customers
	ErrNoMatch     Code = C.ICP_E_NO_MATCH    // no customer was found in the reference or the universe
	ErrReference   Code = C.ICP_E_REFERENCE   // two things belong to different references
	ErrState       Code = C.ICP_E_STATE       // the call does not fit the state of the handle: also one that is closed, or in use by another goroutine
	ErrLedger      Code = C.ICP_E_LEDGER      // the ledger refused
	ErrGate        Code = C.ICP_E_GATE        // a quality gate was not passed
)

// String is the name of the code as C has it, such as "ICP_E_LIMIT".
func (c Code) String() string { return C.GoString(C.icp_status_name(C.icp_status(c))) }

// Error is the name of the code.
func (c Code) Error() string { return c.String() }

// Error is a call that failed. Places that do not apply are -1, texts that do not apply are empty.
type Error struct {
	Code    Code
	Source  string // name of the file or stream
	Row     int64  // data row, from 1
	Line    int64  // physical line, from 1
	Column  int64  // column, from 1
	Byte    int64  // offset in the file, from 0
	Field   string // header of the column
	Message string // one line of text without the place
	Err     error  // what a reader, a writer or a context.Context of the caller failed with; else nil
}

// Error gives source, line and column, as far as they are known, and the message.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Source)
	for _, n := range []int64{e.Line, e.Column} {
		if n >= 0 {
			fmt.Fprintf(&b, ":%d", n)
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Field != "" {
		fmt.Fprintf(&b, "%s: ", e.Field)
	}
	b.WriteString(e.Message)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Is tells whether target is the code of the error.
func (e *Error) Is(target error) bool { return target == e.Code }

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// fail is an error that was found on this side.
func fail(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Row: -1, Line: -1, Column: -1, Byte: -1, Message: fmt.Sprintf(format, args...)}
}

// The error is read from memory of the caller: nothing here depends on the thread. One that was written to does not come back.
var failures = sync.Pool{New: func() any { return &C.struct_icp_error{struct_size: C.sizeof_struct_icp_error} }}

func newError(s C.icp_status, e *C.struct_icp_error) *Error {
	if e.code == 0 { // a function that takes no error
		return fail(Code(s), "%s", Code(s))
	}
	return &Error{Code: Code(s), Source: C.GoString(&e.source[0]), Row: int64(e.row), Line: int64(e.line), Column: int64(e.column),
		Byte: int64(e.byte), Field: C.GoString(&e.field[0]), Message: C.GoString(&e.message[0])}
}

// try makes one call.
func try(f func(e *C.struct_icp_error) C.icp_status) error {
	e := failures.Get().(*C.struct_icp_error)
	if s := f(e); s != C.ICP_OK {
		return newError(s, e)
	}
	failures.Put(e)
	return nil
}

// The ledger is a package of its own, whose C types are others to Go.
func init() {
	bridge.Failed = func(status int32, e unsafe.Pointer) error {
		return newError(C.icp_status(status), (*C.struct_icp_error)(e))
	}
	bridge.State = func(text string) error { return fail(ErrState, "%s", text) }
}
