//! What `{:?}` shows of the handles. While the host is at work, that is only what they are.

use std::cell::RefCell;
use std::fmt::{Debug, DebugStruct, Formatter, Result};

use super::world::World;
use super::{Call, Client, Sim, Upstream};

impl Debug for Sim {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        show(f.debug_struct("Sim"), &self.world, |world, shown| {
            shown.field("elapsed", &world.elapsed());
        })
    }
}

impl Debug for Client {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        show(f.debug_struct("Client"), &self.world, |world, shown| {
            let side = world.client(self.id);
            shown.field("address", &side.address).field("closing", &side.end.closing());
        })
    }
}

impl Debug for Upstream {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        show(f.debug_struct("Upstream"), &self.world, |world, shown| {
            if let Some(side) = world.upstream(self.id) {
                shown.field("cluster", &side.cluster);
            }
        })
    }
}

impl Debug for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_tuple("Call").field(self.request()).finish()
    }
}

fn show(
    mut shown: DebugStruct<'_, '_>,
    world: &RefCell<World>,
    fields: impl FnOnce(&mut World, &mut DebugStruct<'_, '_>),
) -> Result {
    if let Ok(mut world) = world.try_borrow_mut() {
        fields(&mut world, &mut shown);
    }
    shown.finish_non_exhaustive()
}
