//! postscreen.wasm with two faults that it has not: a client that sends exactly so many bytes at once makes the machine
//! trap, or never come back. Nothing makes the real one do either.

use anyhow::{Context as _, Result, ensure};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, TypeSection,
    ValType,
};
use wasmparser::{CodeSectionReader, ExternalKind, Parser, Payload, TypeRef};

/// So many bytes make it trap.
pub const TRAP_BYTES: usize = 4_242;
/// So many make it run for ever.
pub const HANG_BYTES: usize = 4_243;

/// Envoy calls this with what a client has sent: context, number of bytes, whether it is the end; the result is an
/// action.
const CALLBACK: &str = "proxy_on_downstream_data";
const PARAMETERS: [ValType; 3] = [ValType::I32; 3];
const RESULTS: [ValType; 1] = [ValType::I32];

/// The module `wasm` with both faults.
pub fn sabotaged(wasm: &[u8]) -> Result<Vec<u8>> {
    let layout = Layout::of(wasm)?;
    let mut module = Module::new();
    let mut saboteur = Saboteur { layout };
    utils::parse_core_module(&mut saboteur, &mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(module.finish())
}

/// Numbers of things in the module.
#[derive(Clone, Copy, Debug, Default)]
struct Layout {
    types: u32,
    functions: u32,
    callback: u32,
}

/// Puts a function of its own in place of the callback.
struct Saboteur {
    layout: Layout,
}

// === impl Layout ===

impl Layout {
    fn of(wasm: &[u8]) -> Result<Self> {
        let (mut layout, mut callback) = (Self::default(), None);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types {
                        layout.types += u32::try_from(group?.types().len())?;
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        layout.functions += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(functions) => layout.functions += functions.count(),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.name == CALLBACK {
                            ensure!(export.kind == ExternalKind::Func, "{CALLBACK} is no function");
                            callback = Some(export.index);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(Self { callback: callback.with_context(|| format!("the module has no {CALLBACK}"))?, ..layout })
    }
}

// === impl Saboteur ===

impl Saboteur {
    /// What stands in place of the callback.
    fn function(&self) -> Function {
        let mut function = Function::new([]);
        let mut body = function.instructions();
        let bytes = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        body.local_get(1).i32_const(bytes(TRAP_BYTES)).i32_eq();
        body.if_(BlockType::Empty).unreachable().end();
        body.local_get(1).i32_const(bytes(HANG_BYTES)).i32_eq();
        body.if_(BlockType::Empty).loop_(BlockType::Empty).br(0).end().end();
        body.local_get(0).local_get(1).local_get(2).call(self.layout.callback).end();
        function
    }
}

impl Reencode for Saboteur {
    type Error = std::convert::Infallible;

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_type_section(self, types, section)?;
        types.ty().function(PARAMETERS, RESULTS);
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_function_section(self, functions, section)?;
        functions.function(self.layout.types);
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), Error> {
        if export.name == CALLBACK {
            exports.export(CALLBACK, ExportKind::Func, self.layout.functions);
            return Ok(());
        }
        utils::parse_export(self, exports, export)
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_code_section(self, code, section)?;
        code.function(&self.function());
        Ok(())
    }
}
