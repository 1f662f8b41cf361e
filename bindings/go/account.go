// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// An Account is the state of one account in the timing layers of a model: of constant size, kept up event by event. One goroutine at a time.
type Account struct{ h *handle }

func newAccount(e *env, a *C.icp_account) *Account {
	free := func(p unsafe.Pointer) { C.icp_account_free((*C.icp_account)(p)) }
	return &Account{single(unsafe.Pointer(a), "account", e, free)}
}

// NewAccount makes an empty account. Errors: ErrUnsupported when no layer of the model looks at events.
func (m *Model) NewAccount() (*Account, error) {
	if err := hold(m.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold())
	var a *C.icp_account
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_account_new(m.c(), &a, e) }); err != nil {
		return nil, err
	}
	return newAccount(m.env, a), nil
}

// LoadAccount makes an account of bytes of Account.Bytes. Errors: ErrFormat, ErrChecksum, ErrReference when they are of another model.
func (m *Model) LoadAccount(saved []byte) (*Account, error) {
	if err := hold(m.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold())
	data, size := bytesOf(saved)
	var a *C.icp_account
	if err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_account_load(m.c(), unsafe.Pointer(data), size, &a, e)
	}); err != nil {
		return nil, err
	}
	return newAccount(m.env, a), nil
}

// Close releases the account. Closing again does nothing.
func (a *Account) Close() error {
	a.hold().Close()
	return nil
}

func (a *Account) hold() *handle {
	if a == nil {
		return nil
	}
	return a.h
}

func (a *Account) c() *C.icp_account { return (*C.icp_account)(a.hold().Pointer()) }

// Add adds an event, in any order; but one that invalidates what came before it must not come after later ones: ErrState, and the account is as it was.
// Errors: ErrArgument when the time lies before 1970 or the type is empty.
func (a *Account) Add(event Event) error {
	if err := hold(a.hold()); err != nil {
		return err
	}
	defer release(a.hold())
	var s strings_
	defer s.free()
	return try(func(e *C.struct_icp_error) C.icp_status { return C.icp_account_add(a.c(), event.c(&s), e) })
}

// Bytes is the state for the caller's store: the same events give the same bytes, whatever their order.
func (a *Account) Bytes() ([]byte, error) {
	if err := hold(a.hold()); err != nil {
		return nil, err
	}
	defer release(a.hold())
	var size C.size_t
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_account_save(a.c(), nil, 0, &size, e) }); err != nil {
		return nil, err
	}
	out := make([]byte, int(size)+1)
	data, _ := bytesOf(out)
	err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_account_save(a.c(), unsafe.Pointer(data), size, &size, e)
	})
	return out[:size], err
}

// Accounts are many accounts at one moment, filled from tables of events and given to scorers. One goroutine adds; then they do not change, and any number
// of scorers may use them.
type Accounts struct {
	h     *handle
	ctx   *Context
	env   *env
	turn  sync.RWMutex // of who adds
	fixed bool         // a scorer uses them
}

// NewAccounts makes empty accounts as of a moment: events dated at or after it are counted and not seen. invalidates are further types of events that invalidate what came before.
// Errors: ErrUnsupported when no layer of the model looks at events.
func (c *Context) NewAccounts(m *Model, asOf time.Time, invalidates ...string) (*Accounts, error) {
	if err := hold(c.hold(), m.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold(), m.hold())
	var s strings_
	defer s.free()
	o := &C.struct_icp_accounts_options{struct_size: C.sizeof_struct_icp_accounts_options}
	o.invalidates, o.invalidates_size = s.put(strings.Join(invalidates, "\n"))
	var a *C.icp_accounts
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_accounts_new(m.c(), micros(asOf), o, &a, e) }); err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_accounts_unref((*C.icp_accounts)(p)) }
	return &Accounts{h: shared(unsafe.Pointer(a), "accounts", m.env, free), ctx: c, env: m.env}, nil
}

// ReadAccounts makes accounts of tables of events, read once more where an event that invalidates others came late: none may be from From.
// Errors: those of NewAccounts and Add.
func (c *Context) ReadAccounts(ctx context.Context, m *Model, asOf time.Time, columns *EventColumns, events ...Input) (*Accounts, error) {
	a, err := c.NewAccounts(m, asOf)
	if err != nil {
		return nil, err
	}
	for again := true; again; {
		for _, in := range events {
			if err := a.Add(ctx, in, columns); err != nil {
				a.Close()
				return nil, err
			}
		}
		again = a.Again()
	}
	return a, nil
}

// Close releases the accounts. Scorers made with them live on. Closing again does nothing.
func (a *Accounts) Close() error {
	a.hold().Close()
	return nil
}

func (a *Accounts) hold() *handle {
	if a == nil {
		return nil
	}
	return a.h
}

// adding and looking keep who adds apart from everybody else.
func (a *Accounts) adding() error {
	if a == nil {
		return fail(ErrArgument, "the accounts are nil")
	}
	if err := hold(a.h); err != nil {
		return err
	}
	if !a.turn.TryLock() {
		release(a.h)
		return fail(ErrState, "the accounts are in use by another goroutine")
	}
	if a.fixed {
		a.added()
		return fail(ErrState, "a scorer uses the accounts: they do not change any more")
	}
	return nil
}

func (a *Accounts) added() {
	a.turn.Unlock()
	release(a.h)
}

func (a *Accounts) looking() error {
	if a == nil {
		return nil
	}
	if err := hold(a.h); err != nil {
		return err
	}
	if !a.turn.TryRLock() {
		release(a.h)
		return fail(ErrState, "events are being added to the accounts")
	}
	return nil
}

func (a *Accounts) looked() {
	if a != nil {
		a.turn.RUnlock()
		release(a.h)
	}
}

// fix lets nobody add any more.
func fix(list ...*Accounts) error {
	for _, a := range list {
		if a == nil {
			continue
		}
		if !a.turn.TryLock() {
			return fail(ErrState, "events are being added to the accounts")
		}
		a.fixed = true
		a.turn.Unlock()
	}
	return nil
}

func (a *Accounts) c() *C.icp_accounts { return (*C.icp_accounts)(a.hold().Pointer()) }

func (a *Accounts) of() *Context {
	if a == nil {
		return nil
	}
	return a.ctx
}

// Add adds the events of a table; columns nil = found. Errors: those of Open and Next, ErrKey, ErrSchema (no column of times), ErrLimit, ErrCancelled, ErrState once a scorer uses the accounts.
func (a *Accounts) Add(ctx context.Context, in Input, columns *EventColumns) error {
	if err := a.adding(); err != nil {
		return err
	}
	defer a.added()
	var s strings_
	defer s.free()
	return a.of().reading(ctx, in, func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_accounts_add(a.c(), r, columns.c(&s), p, e)
	})
}

// AddEvent adds one event of the account with this key. Errors: as Fit.AddEvent.
func (a *Accounts) AddEvent(key string, event Event) error {
	if err := a.adding(); err != nil {
		return err
	}
	defer a.added()
	var s strings_
	defer s.free()
	data, size := bytesOf(key)
	return try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_accounts_add_event(a.c(), data, size, event.c(&s), e)
	})
}

// Again tells whether all events must be added once more, since one that invalidates others came late. The sums are then empty again. Once is enough.
func (a *Accounts) Again() bool {
	if a.adding() != nil {
		return false
	}
	defer a.added()
	return C.icp_accounts_again(a.c()) != 0
}

// Report says what was read, as JSON (doc/timing.md).
func (a *Accounts) Report() (json.RawMessage, error) {
	if err := a.looking(); err != nil {
		return nil, err
	}
	defer a.looked()
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_accounts_report(a.c(), out, e)
	})
}

// Audit says how stale the events are, as JSON (doc/timing.md). Errors: ErrUnsupported when the model lacks the layer.
func (a *Accounts) Audit(l Layer) (json.RawMessage, error) {
	if err := a.looking(); err != nil {
		return nil, err
	}
	defer a.looked()
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_accounts_audit(a.c(), C.int32_t(l), out, e)
	})
}

// Account gives one of the accounts as a state of its own. Errors: ErrNoMatch when no event names the key.
func (a *Accounts) Account(key string) (*Account, error) {
	if err := a.looking(); err != nil {
		return nil, err
	}
	defer a.looked()
	data, size := bytesOf(key)
	var out *C.icp_account
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_accounts_account(a.c(), data, size, &out, e) }); err != nil {
		return nil, err
	}
	return newAccount(a.env, out), nil
}
