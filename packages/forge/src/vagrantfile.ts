/** The Vagrantfile of the agent harness, and the text of Ruby that goes into it. */

import { UNIT_FILE } from "./bridge-unit.ts";
import type { BridgePlan, Machine, VagrantPlan } from "./hypervisor-plan.ts";
import { isPlainText } from "./plain-text.ts";

/** Between single quotes Ruby knows two escapes and nothing that would be run. @throws TypeError on control characters. */
export function rubyText(text: string): string {
  if (!isPlainText(text)) throw new TypeError(`no text for a Vagrantfile: ${JSON.stringify(text)}`);
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/**
 * Folders are copied (rsync) and not shared: a shared one is a way out of the machine, and virtiofs is no folder type of
 * VirtualBox's. Links that lead out of a folder are not copied. One that is not there yet is made, empty, beside the Vagrantfile.
 */
export function vagrantfile(vagrant: VagrantPlan, machine: Machine, bridge: BridgePlan | null): string {
  const folders = vagrant.folders.map(
    ({ host, guest }) =>
      `  config.vm.synced_folder ${rubyText(host)}, ${rubyText(guest)}, type: 'rsync', create: true,\n` +
      "    rsync__args: ['--archive', '--delete', '--compress', '--safe-links']\n",
  );
  return `# Made by axiom forge render from plan.json. Change the plan, not this file.
Vagrant.configure('2') do |config|
  config.vm.define ${rubyText(machine.name)}
  config.vm.hostname = ${rubyText(machine.name)}
  config.vm.box = ${rubyText(vagrant.box)}
  config.vm.box_version = ${rubyText(vagrant.box_version)}
  config.vm.box_check_update = false
  config.ssh.forward_agent = false
  config.ssh.forward_x11 = false

  # The project's folder is not shared unless it is named here.
  config.vm.synced_folder '.', '/vagrant', disabled: true
${folders.join("")}
  config.vm.provider 'libvirt' do |libvirt|
    libvirt.memory = ${machine.memory_mib}
    libvirt.cpus = ${machine.vcpus}
    libvirt.graphics_type = 'none'
  end
  config.vm.provider 'virtualbox' do |virtualbox|
    virtualbox.memory = ${machine.memory_mib}
    virtualbox.cpus = ${machine.vcpus}
    virtualbox.gui = false
    virtualbox.customize ['modifyvm', :id, '--clipboard-mode', 'disabled', '--drag-and-drop', 'disabled']
  end
${bridge === null ? "" : bridgeSteps(bridge)}end
`;
}

/** The key and the hive's host key are the owner's to bring: a template that carries keys gives them away. */
const bridgeSteps = ({ identity_file, known_hosts_file }: BridgePlan): string => `
  # The bridge to the hive starts when ${identity_file} and ${known_hosts_file} are there.
  config.vm.provision 'file', source: ${rubyText(UNIT_FILE)}, destination: ${rubyText(`/tmp/${UNIT_FILE}`)}
  config.vm.provision 'shell', inline: <<~'SHELL'
    set -eu
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends autossh openssh-client libnss-systemd
    install -o root -g root -m 0644 /tmp/${UNIT_FILE} /etc/systemd/system/${UNIT_FILE}
    rm /tmp/${UNIT_FILE}
    systemctl daemon-reload
    systemctl enable --now ${UNIT_FILE}
  SHELL
`;
