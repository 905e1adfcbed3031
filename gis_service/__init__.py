"""国有空闲地管理服务 · the register of idle state-owned land."""
