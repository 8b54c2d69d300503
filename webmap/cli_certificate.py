"""What happens on `webmap certificate HOST`? An authority and a certificate, and what to do with them."""

from __future__ import annotations

import click

from webmap import certificates
from webmap.config import read_config


@click.command("certificate")
@click.argument("hosts", metavar="域名或IP...", nargs=-1, required=True)
@click.option("--new-authority", is_flag=True, help="换一个根证书；之后每台电脑要重新信任一次。")
def command(hosts: tuple[str, ...], new_authority: bool) -> None:
    """制作内网 https 用的根证书和服务器证书；再运行一次即续期。"""
    home = read_config().home
    made = certificates.make(home, hosts, new_authority=new_authority)
    certificate = certificates.read(made.server)
    click.echo(f"服务器证书：{made.server}（{'、'.join(certificates.hosts_of(certificate))}，")
    click.echo(
        f"    有效期到 {certificate.not_valid_after_utc:%Y-%m-%d}，到期前再运行一次本命令，然后重启服务）"
    )
    click.echo(f"根证书：{made.authority}，请复制到每台电脑并信任一次：")
    click.echo("    Windows：双击 → 安装证书 → 本地计算机 → 受信任的根证书颁发机构")
    click.echo("    统信、麒麟：复制到 /usr/local/share/ca-certificates/ 后运行 sudo update-ca-certificates")
    click.echo("    手机：设置里搜索“安装证书”，选“CA 证书”；iPhone 还要在“证书信任设置”里打开")
    click.echo("启动：webmap run --tls（Windows 上请用 nginx 或 Caddy 提供 https，见 README）")
