"""The settings of the private server, sized to the machine (measured recipe: durable, or quick for tests)."""

from pathlib import Path


def text(durable: bool, socket_dir: Path, memory_bytes: int, disk_bytes: int) -> str:
    """The server's settings as `gis.conf`; sizes follow the machine's memory and disk."""
    folder = str(socket_dir).replace("\\", "\\\\").replace('"', '""').replace("'", "''")
    settings = {
        "listen_addresses": "''",
        "port": "5432",  # names the socket only
        "unix_socket_directories": f"'\"{folder}\"'",
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "jit": "off",  # compiling costs more than these queries
        "random_page_cost": "1.1",
        "client_connection_check_interval": "'2s'",  # a query whose client has died ends
    }
    settings |= _durable_settings(memory_bytes, disk_bytes) if durable else TEST_SETTINGS
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def _durable_settings(memory_bytes: int, disk_bytes: int) -> dict[str, str]:
    """fsync, full_page_writes and synchronous_commit stay on, as PostgreSQL has them."""
    mib = 1 << 20
    buffers = min(max(memory_bytes // 8, 64 * mib), 1024 * mib)
    upkeep = min(max(memory_bytes // 32, 64 * mib), 512 * mib)
    wal = min(max(disk_bytes // 20, 512 * mib), 4096 * mib)
    return {
        "shared_buffers": f"{buffers // mib}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{upkeep // mib}MB",
        "max_wal_size": f"{wal // mib}MB",
        "wal_compression": "lz4",
        "logging_collector": "on",  # a week of files, each day's replaced a week later
        "log_directory": "'log'",
        "log_filename": "'postgresql-%a.log'",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "'1d'",
        "log_rotation_size": "0",
    }


TEST_SETTINGS = {
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
